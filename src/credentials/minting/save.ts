import type { Locks } from "../../core/locks.ts";
import type { TokenFinder } from "../accounts/token-finder.ts";
import type { Reporter } from "../../core/reporter.ts";
import { bestEffort, succeeds } from "../best-effort.ts";
import { underCommitLock } from "../commit-lock.ts";
import type { CurrentPlace } from "../inventory/placement.ts";
import type { CacheKey } from "./cache-key.ts";
import type { Lookup } from "./lookup.ts";
import type { Minted } from "./mint.ts";
import type { Responses } from "./ports.ts";

export interface Saver {
  /**
   * Records the credential in the inventory, then caches and publishes it. Returns "logged-out" if the user has logged out, or has
   * logged in with another token, while the mint ran. docr must then not return the credential.
   */
  save(key: CacheKey, minted: Minted): Promise<"saved" | "logged-out">;
}

const NOT_KEPT =
  "could not cache this credential: each request mints another one, and a logout does not revoke them; " +
  "docr doctor says why";

export function createSaver(
  current: () => CurrentPlace,
  lookup: Lookup,
  locks: Locks,
  tokens: TokenFinder,
  responses: Responses,
  reporter: Pick<Reporter, "warn">,
): Saver {
  return {
    async save(key, { credential, token }) {
      const { cache, inventory } = current();
      // Write the inventory first: if docr crashes before it writes the cache, it still recognizes the credential, which expires.
      const isRecorded = await succeeds(() => inventory.record(credential));
      return underCommitLock(locks, async (lock) => {
        if (!(await tokens.isCurrent(token, key))) return "logged-out";
        const name = (await lookup.find(key))?.name ?? key.name;
        const { registry } = credential;
        // A request that named the registry may have cached its own credential before.
        const other = registry === undefined ? undefined : key.nameFor(registry);
        const isCached = await succeeds(() => cache?.replace(name, credential, other));
        if (!isRecorded || !isCached) reporter.warn(NOT_KEPT);
        // The process that lost the lock may overwrite the credential when it continues. Then docr must still know it.
        if (lock?.wasTaken) await bestEffort(() => cache?.keepSuperseded(credential));
        if (lock?.isHeld()) await responses.publishSaved({ name, credential });
        // If this process lost the lock, the user may have logged out in the meantime.
        if (lock?.isHeld() !== false || (await tokens.isCurrent(token, key))) return "saved";
        await bestEffort(() => cache?.supersede(({ secret }) => secret.equals(credential.secret)));
        return "logged-out";
      });
    },
  };
}
