/** Moves the logins that clients would no longer find, or fails before it changes anything. */
import type { RunHelper } from "../../client-config/helper-client.ts";
import { HelperError } from "../../core/errors.ts";
import { printable } from "../../core/text.ts";
import type { Terminal } from "../../terminal/terminal.ts";
import type { Destination } from "../migrate/destination.ts";
import type { Finds, FoundLogin } from "../migrate/found-logins.ts";
import { eraseFromOtherHelper } from "../migrate/move.ts";
import { storeLogins } from "../migrate/store-logins.ts";
import { countLogins, tableOf } from "../migrate/report.ts";
import { listHosts } from "./warnings.ts";

/** Throws `client-config` if a login that clients would no longer find cannot move. */
export function checkMovable({ staying }: Finds): void {
  const [first] = staying;
  if (first === undefined) return;
  throw new HelperError(
    "client-config",
    `clients would no longer find the login for ${listHosts(staying.map(({ key }) => key))}`,
    {
      hint: `docr cannot move the login for ${printable(first.key)} in ${first.origin.label}: ${first.reason}`,
    },
  );
}

/** Asks the user. Throws `client-config` without a terminal, and `cancelled` if the user answers no. */
export async function confirmMove(
  logins: readonly FoundLogin[],
  store: string,
  terminal: Terminal,
): Promise<void> {
  if (!terminal.canAsk) {
    throw new HelperError(
      "client-config",
      `clients would no longer find the login for ${listHosts(logins.map(({ key }) => key))}`,
      {
        hint: `add --migrate to move ${logins.length === 1 ? "it" : "them"} to ${store}; nothing was changed`,
      },
    );
  }
  terminal.note("clients would no longer find these logins:");
  for (const line of tableOf(logins, terminal.width).trimEnd().split("\n")) terminal.note(line);
  if (await terminal.confirm(`Move ${countLogins(logins)} to ${store}?`)) return;
  throw new HelperError("cancelled", "cancelled");
}

/**
 * Stores all logins in docr's store, or stores none and throws `client-config`. The clients' files do not change yet. Returns the
 * logins that were not there before.
 */
export async function storeAll(
  logins: readonly FoundLogin[],
  destination: Destination,
): Promise<readonly FoundLogin[]> {
  const { added, failed } = await storeLogins(logins, destination);
  const [first] = failed;
  if (first === undefined) return added;
  for (const login of added) await destination.withdraw(login);
  throw new HelperError("client-config", `docr could not store the login for ${printable(first.key)}`, {
    hint: `${first.reason}; the clients' files were not changed`,
  });
}

/** Erases the moved logins from other helpers. Returns a warning for each login that is still there. */
export async function eraseMoved(
  logins: readonly FoundLogin[],
  destination: Destination,
  runHelper: RunHelper,
): Promise<readonly string[]> {
  const notErased = await eraseFromOtherHelper(logins, destination, runHelper);
  return [...notErased].map(([{ key }, reason]) => `${printable(key)}: ${reason}`);
}
