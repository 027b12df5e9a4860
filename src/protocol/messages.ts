/** The protocol's fixed strings. Clients compare them with all of stdout (docker/docker-credential-helpers, `credentials/error.go`). */
export const NO_SERVER_URL = "no credentials server URL";
export const NO_USERNAME = "no credentials username";

/** The requests of the protocol. */
export const ACTIONS = ["get", "store", "erase", "list"] as const;
export type Action = (typeof ACTIONS)[number];

export function isAction(word: string | undefined): word is Action {
  return ACTIONS.some((action) => action === word);
}

/** The name that docker calls, even if the program was started under another name. */
export const HELPER_NAME = "docker-credential-docr";
export const USAGE = `Usage: ${HELPER_NAME} <store|get|erase|list|version>`;

const LONGEST_WORD = 24;

/** Does not print a long word, because it may be a token. */
export function unknownActionMessage(word: string): string {
  const label = word.length > LONGEST_WORD ? "..." : word.replace(/[^\x20-\x7e]/g, "?");
  return `${HELPER_NAME}: unknown action: ${label}`;
}
