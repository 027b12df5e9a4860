/** Decodes a provider's response as strictly as the kubelet, which reports neither the field nor the reason. */
import { type Node, parseTree, type ParseError } from "jsonc-parser";
import { Secret } from "../core/secret.ts";
import type { Credential } from "../core/credential.ts";
import { parseGoDuration } from "./go-duration.ts";
import type { ApiVersion } from "./request.ts";
import { CACHE_KEY_TYPES, type CacheKeyType, RESPONSE_KIND } from "./response.ts";

export interface DecodedResponse {
  readonly cacheKeyType: CacheKeyType;
  /** Milliseconds. Undefined: the kubelet uses `defaultCacheDuration` of its configuration. */
  readonly cacheMs: number | undefined;
  /** The logins by the pattern of their images. */
  readonly auth: ReadonlyMap<string, Credential>;
}

/** The reason why the kubelet rejects a response. Quotes no value, because it may be a secret. */
export interface RejectedResponse {
  readonly problem: string;
}

const FIELDS = ["kind", "apiVersion", "cacheKeyType", "cacheDuration", "auth"] as const;
const AUTH_FIELDS = ["username", "password"] as const;

/** `apiVersion` is the one of the request. */
export function decodeResponse(text: string, apiVersion: ApiVersion): DecodedResponse | RejectedResponse {
  const errors: ParseError[] = [];
  const options = { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false };
  const root = text.startsWith("\uFEFF") ? undefined : parseTree(text, errors, options);
  if (!root || errors.length > 0) return reject("stdout is not one JSON document");
  const fields = fieldsOf(root, "the response", FIELDS);
  if ("problem" in fields) return fields;
  const { kind, apiVersion: version, cacheKeyType, cacheDuration, auth } = fields.values;
  if (kind?.value !== RESPONSE_KIND) return reject(`kind is not ${RESPONSE_KIND}`);
  if (version?.value !== apiVersion) return reject(`apiVersion is not ${apiVersion}, as in the request`);
  const keyType = CACHE_KEY_TYPES.find((one) => one === cacheKeyType?.value);
  if (keyType === undefined) return reject(`cacheKeyType is not one of ${CACHE_KEY_TYPES.join(", ")}`);
  const cacheMs = durationOf(cacheDuration);
  if (cacheMs === "invalid")
    return reject('cacheDuration is not a duration in Go\'s format, such as "1h30m"');
  const logins = loginsOf(auth);
  return "problem" in logins ? logins : { cacheKeyType: keyType, cacheMs, auth: logins.auth };
}

function durationOf(node: Node | undefined): number | undefined | "invalid" {
  if (isAbsent(node)) return undefined;
  const value: unknown = node.value;
  return (typeof value === "string" ? parseGoDuration(value) : undefined) ?? "invalid";
}

function loginsOf(node: Node | undefined): Pick<DecodedResponse, "auth"> | RejectedResponse {
  const auth = new Map<string, Credential>();
  if (isAbsent(node)) return { auth };
  const keys = fieldsOf(node, "auth", undefined);
  if ("problem" in keys) return keys;
  for (const [key, entry] of Object.entries(keys.values)) {
    const fields = fieldsOf(entry, "an entry of auth", AUTH_FIELDS);
    if ("problem" in fields) return fields;
    const { username, password } = fields.values;
    const [user, secret] = [textOf(username), textOf(password)];
    if (user === undefined || secret === undefined) {
      return reject("username or password in auth is not a string");
    }
    auth.set(key, { username: new Secret(user), secret: new Secret(secret) });
  }
  return { auth };
}

/** Returns an absent string as "", as Go does. Undefined if it is not a string. */
function textOf(node: Node | undefined): string | undefined {
  if (isAbsent(node)) return "";
  const value: unknown = node.value;
  return typeof value === "string" ? value : undefined;
}

function isAbsent(node: Node | undefined): node is undefined {
  return node === undefined || node.type === "null";
}

/** The fields of an object. Rejects a field that is not in `allowed`, and one that occurs twice. Any name is allowed without `allowed`. */
function fieldsOf(
  node: Node,
  what: string,
  allowed: readonly string[] | undefined,
): { readonly values: Readonly<Record<string, Node>> } | RejectedResponse {
  if (node.type !== "object") return reject(`${what} is not an object`);
  const values: Record<string, Node> = {};
  for (const { children: [key, value] = [] } of node.children ?? []) {
    const name = String(key?.value);
    if (allowed && !allowed.includes(name))
      return reject(`${what} has a field that the kubelet does not know`);
    if (Object.hasOwn(values, name)) return reject(`${what} has a field twice`);
    if (value) values[name] = value;
  }
  return { values };
}

function reject(problem: string): RejectedResponse {
  return { problem };
}
