import type { MintedCredential } from "../core/credential.ts";
import { withDeadline } from "../core/deadline.ts";
import { type Clock, expiresAt } from "../core/lifetime.ts";
import type { Reporter } from "../core/reporter.ts";
import { bestEffort } from "./best-effort.ts";
import type { CacheRecord } from "./codec.ts";
import { isSafeToRevoke } from "./inventory/credential-cache.ts";
import type { CredentialPlace, CurrentPlace } from "./inventory/placement.ts";
import type { Background, OpenRevoker } from "./minting/ports.ts";

/** Time limit of one revocation. A logout should take less time than a mint. */
const BUDGET_MS = 10_000;

/** After this time, a logout leaves the rest to a background process: the user waits. */
const FOREGROUND_MS = 1_000;

export interface RevocationCounts {
  readonly revoked: number;
  /** Docr forgot them; they expire by themselves. */
  readonly notRevoked: number;
  /** A background process goes on revoking them. */
  readonly inBackground: number;
}

export interface Revocation {
  /**
   * Revokes credentials that docr has already erased. Never throws, because a logout must not fail in an outage. Warns about
   * credentials that are still alive and returns them; they expire.
   */
  revoke(credentials: readonly MintedCredential[]): Promise<readonly MintedCredential[]>;
  /** The same for a logout. What takes longer than a second goes on in a background process. */
  revokeSoon(credentials: readonly MintedCredential[]): Promise<RevocationCounts>;
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
  readonly background: Pick<Background, "revoke">;
  readonly clock: Clock;
  readonly reporter: Reporter;
}

export function createRevocation(ports: RevocationPorts): Revocation {
  const { openRevoker, current, allPlaces, background, clock, reporter } = ports;
  const revokeOne = async (credential: MintedCredential): Promise<void> => {
    const revoker = await openRevoker(BUDGET_MS);
    await revoker.revoke(credential);
    await bestEffort(() => current().inventory.recordRevoked(credential));
  };
  const report = (count: number, alive: readonly MintedCredential[], inBackground = 0): void => {
    if (count === 0) return;
    reporter.trace("revoked", {
      revoked: count - alive.length - inBackground,
      failed: alive.length,
      inBackground,
    });
    if (alive.length > 0)
      reporter.warn(`could not revoke ${countOf(alive)} at DigitalOcean, valid until ${endOf(alive)}`);
  };
  const revoke = async (credentials: readonly MintedCredential[]): Promise<readonly MintedCredential[]> => {
    const outcomes = await Promise.allSettled(credentials.map(revokeOne));
    const alive = credentials.filter((_, index) => outcomes[index]?.status === "rejected");
    report(credentials.length, alive);
    return alive;
  };
  return {
    revoke,
    async revokeSoon(credentials) {
      const unfinished = new Set(credentials);
      const alive: MintedCredential[] = [];
      const work = credentials.map(async (credential) => {
        await revokeOne(credential).catch(() => alive.push(credential));
        unfinished.delete(credential);
      });
      await withDeadline(Promise.all(work), FOREGROUND_MS, () => undefined);
      const left = [...unfinished];
      const failed = [...alive];
      if (left.length > 0) {
        await background.revoke(left);
        reporter.warn(
          `still revoking ${countOf(left)} in the background, valid until ${endOf(left)} at the latest`,
        );
      }
      report(credentials.length, failed, left.length);
      return {
        revoked: credentials.length - failed.length - left.length,
        notRevoked: failed.length,
        inBackground: left.length,
      };
    },
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

function countOf(credentials: readonly MintedCredential[]): string {
  return credentials.length === 1 ? "one credential" : `${credentials.length} credentials`;
}

/** When the last of them expires. */
function endOf(credentials: readonly MintedCredential[]): string {
  return new Date(Math.max(...credentials.map((credential) => expiresAt(credential) ?? 0))).toISOString();
}
