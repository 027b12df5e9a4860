import type { Secret } from "../core/secret.ts";
import { encodeGoJson } from "./go-json.ts";

/**
 * The answer to `get`, with its line break. The URL goes back as it was asked: testcontainers-java#9055 broke
 * without it.
 */
export function encodeGetAnswer(serverUrl: string, username: Secret, secret: Secret): string {
  const answer = encodeGoJson([
    ["ServerURL", serverUrl],
    ["Username", username.reveal()],
    ["Secret", secret.reveal()],
  ]);
  return `${answer}\n`;
}
