/**
 * The protocol's fixed strings. Clients compare them with the whole of stdout (docker/docker-credential-helpers,
 * `credentials/error.go`), so they are wire format and not prose.
 */
export const NO_SERVER_URL = "no credentials server URL";
export const NO_USERNAME = "no credentials username";

/** The requests of the protocol. */
export const ACTIONS = ["get", "store", "erase", "list"] as const;
export type Action = (typeof ACTIONS)[number];

/** The name that docker calls, under whichever name the program was started. */
export const HELPER_NAME = "docker-credential-docr";
export const USAGE = `Usage: ${HELPER_NAME} <store|get|erase|list|version>`;

const LONGEST_WORD = 24;

/** For a word that is no action. A long word is not shown: it may be a token. */
export function unknownActionMessage(word: string): string {
  const shown = word.length > LONGEST_WORD ? "..." : word.replace(/[^\x20-\x7e]/g, "?");
  return `${HELPER_NAME}: unknown action: ${shown}`;
}
