/** Parses stdin. Every input results in a value or a HelperError. */
import { HelperError } from "../core/errors.ts";
import { Secret } from "../core/secret.ts";
import { INPUT_LIMIT_BYTES } from "../response-cache/shared/limits.ts";
import { NO_SERVER_URL, NO_USERNAME } from "./messages.ts";

/** The request of `store`. */
export interface StoreRequest {
  readonly serverUrl: string;
  readonly username: string;
  readonly secret: Secret;
}

/** The server URL of `get` and `erase`. Clients send it without a line break; a user's `echo` adds one. */
export function parseServerUrl(input: Uint8Array): string {
  return checkedServerUrl(trimAscii(decode(input)));
}

/**
 * Decodes the JSON object of `store` as Go does: field names in any case, the last of several fields counts, null counts as
 * absent, and unknown fields are ignored.
 */
export function parseStoreRequest(input: Uint8Array): StoreRequest {
  const fields = { serverurl: "", username: "", secret: "" };
  for (const [name, value] of Object.entries(parseObject(decode(input)))) {
    const field = name.toLowerCase();
    if (value === null || !isField(field, fields)) continue;
    if (typeof value !== "string") {
      throw new HelperError("input-wrong-type", `the request's ${FIELD_NAMES[field]} is not a string`);
    }
    // A lone surrogate becomes U+FFFD, as in Go: no keychain can store it.
    fields[field] = value.toWellFormed();
  }
  const serverUrl = checkedServerUrl(fields.serverurl);
  if (fields.username === "") throw new HelperError("no-username", NO_USERNAME);
  return { serverUrl, username: fields.username, secret: new Secret(fields.secret) };
}

/** Trims only ASCII white space. The address determines where docr sends a token, so no other character may be dropped. */
function trimAscii(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && SPACE.has(text.charCodeAt(start))) start += 1;
  while (end > start && SPACE.has(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

const SPACE: ReadonlySet<number> = new Set([9, 10, 11, 12, 13, 32]);

const FIELD_NAMES = { serverurl: "ServerURL", username: "Username", secret: "Secret" } as const;

function isField<T extends object>(name: string, fields: T): name is keyof T & string {
  return Object.hasOwn(fields, name);
}

function checkedServerUrl(serverUrl: string): string {
  if (serverUrl === "") throw new HelperError("no-server-url", NO_SERVER_URL);
  // A keychain's attributes end at a NUL, and no registry's address contains control characters.
  if (/[\u0000-\u001f\u007f]/.test(serverUrl)) {
    throw new HelperError("input-bad-address", "the server URL has control characters in it");
  }
  return serverUrl;
}

function decode(input: Uint8Array): string {
  if (input.length >= INPUT_LIMIT_BYTES) {
    throw new HelperError("input-too-large", "stdin holds 64 KiB or more");
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(input);
  } catch (cause) {
    throw new HelperError("input-not-text", "stdin is not UTF-8 text", { cause });
  }
}

function parseObject(text: string): object {
  if (text.trim() === "") throw new HelperError("input-missing", "stdin is empty");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // No cause: V8's message quotes the input, which holds the secret.
    throw new HelperError("input-not-json", "stdin is not one JSON object");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new HelperError("input-wrong-type", "stdin is JSON, but not an object");
  }
  return value;
}
