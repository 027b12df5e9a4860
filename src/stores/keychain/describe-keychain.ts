import { basename } from "node:path";
import { printable } from "../../core/text.ts";
import { SESSION_COLLECTION } from "../../secret-service/names.ts";
import { DescribePlan } from "../../secret-service/plans/describe-plan.ts";
import { readRegularFile } from "../../system/regular-file.ts";
import { type BusAccess, type BusTimeouts, converse } from "./bus-connection.ts";
import { collectionNameOf } from "./collection-name.ts";
import { failureOfOutcome, noSessionBus } from "./keychain-failures.ts";

/**
 * Describes the daemon's program, such as `gnome-keyring-daemon`, and its keyrings, wallets or databases. Changes nothing and shows no
 * prompt. Throws `keychain-missing`, `keychain-silent` and `keychain-failed`.
 */
export async function describeKeychain(bus: BusAccess, timeouts: BusTimeouts, readProgram = programOf) {
  const plan = new DescribePlan();
  if (!(await converse(plan, bus, timeouts))) throw noSessionBus();
  const { state, error, text, processId, collections } = plan.description;
  if (state !== "found") {
    throw failureOfOutcome({ state, error, text, lockedCollections: [], wasPrompting: false }, timeouts);
  }
  return {
    daemon: readProgram(processId),
    // gnome-keyring keeps the collection `session` in memory, and nothing of docr's is in it.
    collections: collections
      .filter(({ path }) => path !== SESSION_COLLECTION)
      .map(({ path, label, isLocked, isDefault }) => {
        const name = collectionNameOf(path) ?? basename(path);
        return { name, label: label || name, isLocked, isDefault };
      }),
  };
}

/** The file name of a process's program. Undefined if it cannot be read. */
export function programOf(pid: number): string | undefined {
  const file = readRegularFile(`/proc/${pid}/cmdline`, { limitKib: 128 });
  const [path = ""] = file.kind === "content" ? file.bytes.toString("utf8").split("\0") : [];
  return printable(basename(path)).slice(0, 100) || undefined;
}
