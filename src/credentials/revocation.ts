import type { MintedCredential } from "../core/credential.ts";
import { type Clock, expiresAt } from "../core/lifetime.ts";
import type { Reporter } from "../core/reporter.ts";
import { bestEffort } from "./best-effort.ts";
import type { CacheRecord } from "./codec.ts";
import { isSafeToRevoke } from "./inventory/credential-cache.ts";
import type { CredentialPlace, CurrentPlace } from "./inventory/placement.ts";
import type { OpenRevoker } from "./minting/ports.ts";

/** Time limit of one revocation. A logout should take less time than a mint. */
const BUDGET_MS = 10_000;

export interface Revocation {
  /**
   * Revokes credentials that docr has already erased. Never throws, because a logout must not fail in an outage. Warns about
   * credentials that are still alive and returns them; they expire.
   */
  revoke(credentials: readonly MintedCredential[]): Promise<readonly MintedCredential[]>;
  /** Whether a superseded credential is safe to revoke now. Returns false if docr cannot tell. */
  isDue(): Promise<boolean>;
  /** Revokes superseded credentials: only those that clients no longer use ("safe"), or all. Returns how many it revoked. */
  revokeSuperseded(which: "safe" | "all"): Promise<number>;
}

export interface RevocationPorts {
  readonly openRevoker: OpenRevoker;
  /** May throw `bad-setting`. */
  readonly current: () => CurrentPlace;
  readonly allPlaces: () => readonly CredentialPlace[];
  readonly clock: Clock;
  readonly reporter: Reporter;
}

export function createRevocation(ports: RevocationPorts): Revocation {
  const { openRevoker, current, allPlaces, clock, reporter } = ports;
  const revokeOne = async (credential: MintedCredential): Promise<void> => {
    const revoker = await openRevoker(BUDGET_MS);
    await revoker.revoke(credential);
    await bestEffort(() => current().inventory.recordRevoked(credential));
  };
  const revoke = async (credentials: readonly MintedCredential[]): Promise<readonly MintedCredential[]> => {
    if (credentials.length === 0) return [];
    const outcomes = await Promise.allSettled(credentials.map(revokeOne));
    const alive = credentials.filter((_, index) => outcomes[index]?.status === "rejected");
    reporter.trace("revoked", { revoked: credentials.length - alive.length, failed: alive.length });
    if (alive.length > 0) reporter.warn(describeAlive(alive));
    return alive;
  };
  return {
    revoke,
    isDue: async () => (await bestEffort(() => current().cache?.hasRevocable())) === true,
    async revokeSuperseded(which) {
      const isSelected = (record: CacheRecord): boolean =>
        which === "all" ? record.supersededAt !== undefined : isSafeToRevoke(record, clock.read());
      let count = 0;
      for (const { cache } of allPlaces()) {
        const forgotten: MintedCredential[] = [];
        await bestEffort(() => cache.forget(isSelected, forgotten));
        const alive = await revoke(forgotten);
        // Store it for the next attempt: docr no longer returns it, but the registry still accepts it.
        for (const credential of alive) await bestEffort(() => cache.keepSuperseded(credential));
        count += forgotten.length - alive.length;
      }
      return count;
    },
  };
}

function describeAlive(alive: readonly MintedCredential[]): string {
  const last = Math.max(...alive.map((credential) => expiresAt(credential) ?? 0));
  const until = new Date(last).toISOString();
  const count = alive.length === 1 ? "one credential" : `${alive.length} credentials`;
  return `could not revoke ${count} at DigitalOcean, valid until ${until}`;
}
