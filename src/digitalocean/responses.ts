/** DigitalOcean's answers, checked field by field: what is not as documented is `api-malformed`. */
import { HelperError } from "../core/errors.ts";
import { REGISTRY_HOST } from "../core/address.ts";
import type { Credential } from "../core/credential.ts";
import { Secret } from "../core/secret.ts";

/**
 * `{"auths":{"registry.digitalocean.com":{"auth":BASE64}}}`: user, colon, password. The password may end
 * with a line break. Never the empty user name or `<token>`: containerd would take it for an identity token.
 */
export function parseDockerCredentials(body: string): Credential {
  const { auths } = parseObject(body);
  const entry = isObject(auths) && Object.hasOwn(auths, REGISTRY_HOST) ? auths[REGISTRY_HOST] : undefined;
  if (!isObject(entry)) throw malformed(`no credential for ${REGISTRY_HOST}`);
  const auth = entry["auth"];
  if (typeof auth !== "string" || !/^[A-Za-z0-9+/]+={0,2}$/.test(auth)) throw malformed("no auth in base64");
  const pair = Buffer.from(auth, "base64").toString("utf8");
  const colon = pair.indexOf(":");
  const username = pair.slice(0, Math.max(colon, 0)).trim();
  const secret = pair.slice(colon + 1).trim();
  if (!isPrintable(username) || !isPrintable(secret) || username === "<token>") {
    throw malformed("an auth without user and password");
  }
  return { username: new Secret(username), secret: new Secret(secret) };
}

function isPrintable(text: string): boolean {
  return /^[\x21-\x7e]{1,4096}$/.test(text);
}

/** The answer as an object of JSON. */
export function parseObject(body: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    // No cause: V8's message quotes the answer, which can hold a secret.
    throw malformed("not JSON, or cut off");
  }
  if (!isObject(value)) throw malformed("not a JSON object");
  return value;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function malformed(what: string): HelperError {
  return new HelperError(
    "api-malformed",
    `DigitalOcean's API answered something else than documented: ${what}`,
  );
}
