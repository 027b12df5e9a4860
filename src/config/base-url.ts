import { HelperError } from "../core/errors.ts";

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * The base URL in the environment variable `name`, without a slash at its end; undefined where it is not set.
 * https anywhere, plain http for this machine's loopback only: an API token travels there. Throws `bad-setting`.
 */
export function parseBaseUrl(name: string, text: string | undefined): string | undefined {
  if (text === undefined || text === "") return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url));
  if (url && isSafe && url.username === "" && url.password === "" && !/[?#]/.test(text)) {
    let path = url.pathname;
    while (path.endsWith("/")) path = path.slice(0, -1);
    return url.origin + path;
  }
  throw new HelperError(
    "bad-setting",
    `${name} must be an https URL without user or query (plain http is for loopback only)`,
  );
}

/** Whether requests to this URL stay on this machine. */
export function isLoopback(url: URL): boolean {
  return LOOPBACK.test(url.hostname);
}
