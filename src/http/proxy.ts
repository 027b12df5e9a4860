/** Parses a proxy's address as curl and Go do: without a scheme it is http. Undefined if it is not a URL. */
export function parseProxy(text: string): URL | undefined {
  const url = text.includes("://") ? text : `http://${text}`;
  return URL.canParse(url) ? new URL(url) : undefined;
}
