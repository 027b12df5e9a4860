import { HelperError } from "../core/errors.ts";
import type { Environment } from "../core/machine.ts";

/** Parses a proxy's address like curl and Go: the default scheme is http. Returns undefined if it is not a URL. */
export function parseProxy(text: string): URL | undefined {
  const url = text.includes("://") ? text : `http://${text}`;
  return URL.canParse(url) ? new URL(url) : undefined;
}

/** Returns the proxy's scheme if docr cannot speak to such a proxy (socks5, ftp). */
export function unsupportedScheme({ protocol }: Pick<URL, "protocol">): string | undefined {
  const scheme = protocol.slice(0, -1);
  return scheme === "http" || scheme === "https" ? undefined : scheme;
}

export interface Proxy {
  readonly href: string;
  /** Why each request fails that would use the proxy. NO_PROXY may exclude all of them. */
  readonly problem: HelperError | undefined;
}

/** Reads the variable, in lower case first. Returns undefined if no proxy is set. Throws `bad-setting` if the text is not a URL. */
export function readProxy(env: Environment, upper: "HTTP_PROXY" | "HTTPS_PROXY"): Proxy | undefined {
  const lower = upper.toLowerCase();
  const name = env[lower] === undefined ? upper : lower;
  const text = env[name];
  if (text === undefined || text === "") return undefined;
  const url = parseProxy(text);
  if (!url) throw new HelperError("bad-setting", `${name} is not a valid proxy URL`);
  const scheme = unsupportedScheme(url);
  if (scheme === undefined) return { href: url.href, problem: undefined };
  const hint = `set ${name} to an http or https proxy, or exclude the host with NO_PROXY`;
  const problem = new HelperError(
    "bad-setting",
    `${name} names a proxy with the scheme ${scheme}, which docr does not support`,
    {
      hint,
    },
  );
  // Nothing connects to it. undici would treat some other schemes in its own way.
  return { href: `http://${lower.replace("_", "-")}.invalid/`, problem };
}
