/** A proxy as curl and Go take it: without a scheme it is http. Undefined where that is no URL. */
export function parseProxy(text: string): URL | undefined {
  const url = text.includes("://") ? text : `http://${text}`;
  return URL.canParse(url) ? new URL(url) : undefined;
}
