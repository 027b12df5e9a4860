import type { Locks } from "../../core/locks.ts";
import type { TokenFinder } from "../accounts/token-finder.ts";
import { bestEffort } from "../best-effort.ts";
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

export function createSaver(
  current: () => CurrentPlace,
  lookup: Lookup,
  locks: Locks,
  tokens: TokenFinder,
  responses: Responses,
): Saver {
  return {
    async save(key, { credential, token }) {
      const { cache, inventory } = current();
      // Write the inventory first: if docr crashes before it writes the cache, it still recognizes the credential, which expires.
      await bestEffort(() => inventory.record(credential));
      return underCommitLock(locks, async (lock) => {
        if (!(await tokens.isCurrent(token, key))) return "logged-out";
        const name = (await lookup.find(key))?.name ?? key.name;
        const { registry } = credential;
        // A request that named the registry may have cached its own credential before.
        const other = registry === undefined ? undefined : key.nameFor(registry);
        await bestEffort(() => cache?.replace(name, credential, other));
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
