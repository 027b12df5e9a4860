import type { Credential } from "../core/credential.ts";
import { Secret } from "../core/secret.ts";
import { fieldsOf } from "./go-fields.ts";

/** An entry of `auths`: what somebody stored in the file itself. Every field may be absent, as in Docker Desktop's `{}`. */
export interface AuthEntry {
  /** What `auth` holds. */
  readonly login: Credential | undefined;
  /** What is wrong with `auth`. podman passes over one without a colon, docker takes the whole file for broken. */
  readonly fault: "not-base64" | "no-colon" | "no-user" | undefined;
  /** The fields `username` and `password`, which docker reads where there is no `auth`, and podman never. */
  readonly plain: Credential | undefined;
  /** An OAuth2 refresh token. */
  readonly identityToken: Secret | undefined;
  /** A bearer token for docker's engine; podman does not know it. */
  readonly registryToken: Secret | undefined;
}

const NAMES = ["auth", "username", "password", "identitytoken", "registrytoken"] as const;

/** Undefined where it is no object, or one of these fields is no string. */
export function parseAuthEntry(value: unknown): AuthEntry | undefined {
  const fields = value === null ? fieldsOf({}) : fieldsOf(value);
  if (!fields) return undefined;
  const texts: Record<string, string> = {};
  for (const name of NAMES) {
    const text = fields.get(name) ?? "";
    if (typeof text !== "string") return undefined;
    texts[name] = text;
  }
  const { auth = "", username = "", password = "", identitytoken = "", registrytoken = "" } = texts;
  return {
    ...decodeAuth(auth),
    plain: username === "" && password === "" ? undefined : credentialOf(username, password),
    identityToken: identitytoken === "" ? undefined : new Secret(identitytoken),
    registryToken: registrytoken === "" ? undefined : new Secret(registrytoken),
  };
}

/** Whether the entry is more than a trace of a login that a helper keeps. */
export function hasSecret({ login, fault, plain, identityToken, registryToken }: AuthEntry): boolean {
  return [login, fault, plain, identityToken, registryToken].some((part) => part !== undefined);
}

/** `auth`: base64 of user name, colon and password. Older dockers padded the password with NULs. */
export function decodeAuth(auth: string): Pick<AuthEntry, "login" | "fault"> {
  if (auth === "") return { login: undefined, fault: undefined };
  const text = decodeBase64(auth);
  if (text === undefined) return { login: undefined, fault: "not-base64" };
  const colon = text.indexOf(":");
  if (colon < 0) return { login: undefined, fault: "no-colon" };
  const username = text.slice(0, colon);
  const password = trimNuls(text.slice(colon + 1));
  return { login: credentialOf(username, password), fault: username === "" ? "no-user" : undefined };
}

/** As Go's strict decoder: padded, in the standard alphabet, line breaks aside. */
function decodeBase64(text: string): string | undefined {
  const joined = text.replace(/[\r\n]/g, "");
  if (joined.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(joined)) return undefined;
  return Buffer.from(joined, "base64").toString("utf8");
}

function trimNuls(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && text[start] === "\0") start += 1;
  while (end > start && text[end - 1] === "\0") end -= 1;
  return text.slice(start, end);
}

function credentialOf(username: string, password: string): Credential {
  return { username: new Secret(username), secret: new Secret(password) };
}
