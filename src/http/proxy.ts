/** Parses a proxy's address like curl and Go: the default scheme is http. Returns undefined if it is not a URL. */
export function parseProxy(text: string): URL | undefined {
  const url = text.includes("://") ? text : `http://${text}`;
  return URL.canParse(url) ? new URL(url) : undefined;
}
