import type { Locks } from "../../core/locks.ts";
import type { TokenFinder } from "../accounts/token-finder.ts";
import { bestEffort } from "../best-effort.ts";
import { underCommitLock } from "../commit-lock.ts";
import type { CurrentPlace } from "../inventory/placement.ts";
import type { CacheKey } from "./cache-key.ts";
import type { Minted } from "./mint.ts";
import type { Responses } from "./ports.ts";

export interface Saver {
  /**
   * Records the credential in the inventory, then caches and publishes it. "logged-out": the user logged out, or in with
   * another token, while the mint ran; docr must not answer the credential.
   */
  save(key: CacheKey, minted: Minted, serverUrl: string): Promise<"saved" | "logged-out">;
}

export function createSaver(
  current: () => CurrentPlace,
  locks: Locks,
  tokens: TokenFinder,
  responses: Responses,
): Saver {
  return {
    async save(key, { credential, token }, serverUrl) {
      const { cache, inventory } = current();
      // The inventory first: after a crash between the two, docr knows the credential, and it expires by itself.
      await bestEffort(() => inventory.record(credential));
      return underCommitLock(locks, async (isHeld) => {
        if (!(await tokens.isCurrent(token, key))) return "logged-out";
        await bestEffort(() => cache?.replace(key.name, credential));
        if (isHeld) await responses.publishSaved(key, credential, serverUrl);
        return "saved";
      });
    },
  };
}
