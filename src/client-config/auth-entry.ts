import type { Credential } from "../core/credential.ts";
import { Secret } from "../core/secret.ts";
import { fieldsOf } from "./go-fields.ts";

/** An entry of `auths`: a login in the file itself. Every field may be missing, as in Docker Desktop's `{}`. */
export interface AuthEntry {
  /** The login in `auth`. */
  readonly login: Credential | undefined;
  /** What is wrong with `auth`. podman ignores an entry without a colon; docker ignores any such entry. */
  readonly fault: "not-base64" | "no-colon" | "no-user" | undefined;
  /** The fields `username` and `password`. docker reads them if there is no `auth`; podman never reads them. */
  readonly plain: Credential | undefined;
  /** An OAuth2 refresh token. */
  readonly identityToken: Secret | undefined;
  /** A bearer token for docker's engine. podman ignores it. */
  readonly registryToken: Secret | undefined;
}

const NAMES = ["auth", "username", "password", "identitytoken", "registrytoken"] as const;

/** Returns undefined if the value is not an object, or if one of its known fields is not a string. */
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
    plain: username === "" && password === "" ? undefined : credentialFrom(username, password),
    identityToken: identitytoken === "" ? undefined : new Secret(identitytoken),
    registryToken: registrytoken === "" ? undefined : new Secret(registrytoken),
  };
}

/** Returns false for an empty entry. Clients write one when a helper stores the login. */
export function hasSecret({ login, fault, plain, identityToken, registryToken }: AuthEntry): boolean {
  return [login, fault, plain, identityToken, registryToken].some((part) => part !== undefined);
}

/** Decodes `auth`, the base64 of `user:password`. Older versions of docker padded the password with NULs. */
export function decodeAuth(auth: string): Pick<AuthEntry, "login" | "fault"> {
  if (auth === "") return { login: undefined, fault: undefined };
  const text = decodeBase64(auth);
  if (text === undefined) return { login: undefined, fault: "not-base64" };
  const colon = text.indexOf(":");
  if (colon < 0) return { login: undefined, fault: "no-colon" };
  const username = text.slice(0, colon);
  const password = trimNuls(text.slice(colon + 1));
  return { login: credentialFrom(username, password), fault: username === "" ? "no-user" : undefined };
}

/** Is as strict as Go's decoder: requires padding and the standard alphabet, ignores line breaks. */
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

function credentialFrom(username: string, password: string): Credential {
  return { username: new Secret(username), secret: new Secret(password) };
}
