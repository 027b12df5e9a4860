import { HelperError } from "../core/errors.ts";
import { isLoopback } from "../core/loopback.ts";

/** The first part of every request's path. */
const VERSION = /\/v[12](?:\/oauth)?$/;

/**
 * Parses the base URL in the environment variable `name` and removes trailing slashes. Returns undefined if the variable is not
 * set. docr sends API tokens to this URL, so it must be https, or http on loopback. Throws `bad-setting`.
 */
export function parseBaseUrl(name: string, text: string | undefined): string | undefined {
  if (text === undefined || text === "") return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSafe = url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url));
  if (url && isSafe && url.username === "" && url.password === "" && !/[?#]/.test(text)) {
    let path = url.pathname;
    while (path.endsWith("/")) path = path.slice(0, -1);
    const [version] = VERSION.exec(path) ?? [];
    if (version === undefined) return url.origin + path;
    throw new HelperError("bad-setting", `${name} must not end in ${version}, which docr adds itself`, {
      hint: `remove ${version} from it`,
    });
  }
  throw new HelperError(
    "bad-setting",
    `${name} must be an https URL without user name and query (plain http is for loopback only)`,
  );
}
