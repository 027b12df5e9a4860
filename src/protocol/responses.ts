import type { Secret } from "../core/secret.ts";
import { encodeGoJson } from "./go-json.ts";

/** The response to `get`. It repeats the URL in the client's spelling, which testcontainers needs (testcontainers-java#9055). */
export function encodeGetResponse(serverUrl: string, username: Secret, secret: Secret): string {
  const response = encodeGoJson([["ServerURL", serverUrl], ...loginFields(username, secret)]);
  return `${response}\n`;
}

/** The user name and the secret as a response to `get` contains them, for a cached response. */
export function encodeLoginFields(username: Secret, secret: Secret): string {
  return `${encodeGoJson(loginFields(username, secret))}\n`;
}

/** The response to `list`, in the order of UTF-8 bytes, as Go writes a map's keys. */
export function encodeListResponse(names: ReadonlyMap<string, string>): string {
  const keyed = [...names].map((pair) => ({ pair, key: Buffer.from(pair[0]).toString("latin1") }));
  const sorted = keyed.toSorted((a, b) => (a.key < b.key ? -1 : 1));
  return `${encodeGoJson(sorted.map(({ pair }) => pair))}\n`;
}

function loginFields(username: Secret, secret: Secret): readonly (readonly [string, string])[] {
  return [
    ["Username", username.reveal()],
    ["Secret", secret.reveal()],
  ];
}
