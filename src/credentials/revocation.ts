import { hasApiTokenFormat } from "../core/api-token.ts";
import type { MintedCredential } from "../core/credential.ts";
import { withDeadline } from "../core/deadline.ts";
import { type Clock, expiresAt } from "../core/lifetime.ts";
import type { Reporter } from "../core/reporter.ts";
import { isApiToken } from "./accounts/store-credential.ts";
import { bestEffort } from "./best-effort.ts";
import type { CacheRecord, RevocableCredential } from "./codec.ts";
import { isSafeToRevoke } from "./inventory/credential-cache.ts";
import type { CredentialPlace, CurrentPlace } from "./inventory/placement.ts";
import type { Background, OpenMintApi, OpenRevoker } from "./minting/ports.ts";

/** Time limit of one revocation. A logout should take less time than a mint. */
const BUDGET_MS = 10_000;

/** After this time, a background process continues the revocation of a logout, because the user is waiting. */
const FOREGROUND_MS = 1_000;

export interface RevocationCounts {
  readonly revoked: number;
  /** docr no longer uses them, and they expire. */
  readonly notRevoked: number;
  /** A background process continues to revoke them. */
  readonly inBackground: number;
}

export interface Revocation {
  /**
   * Revokes credentials that docr has already erased. Never throws, because a logout must not fail in an outage. Warns about
   * credentials that are still alive and returns them; they expire.
   */
  revoke<C extends RevocableCredential>(credentials: readonly C[]): Promise<readonly C[]>;
  /** The same for a logout. A revocation that takes longer than a second continues in a background process. */
  revokeSoon(credentials: readonly RevocableCredential[]): Promise<RevocationCounts>;
  /** Whether a superseded credential is safe to revoke now. Returns false if docr cannot tell. */
  isDue(): Promise<boolean>;
  /** Revokes superseded credentials: only those that clients no longer use ("safe"), or all. Returns how many it revoked. */
  revokeSuperseded(which: "safe" | "all"): Promise<number>;
}

export interface RevocationPorts {
  readonly openApi: OpenMintApi;
  readonly openRevoker: OpenRevoker;
  /** May throw `bad-setting`. */
  readonly current: () => CurrentPlace;
  readonly allPlaces: () => readonly CredentialPlace[];
  readonly background: Pick<Background, "revoke">;
  readonly clock: Clock;
  readonly reporter: Reporter;
}

export function createRevocation(ports: RevocationPorts): Revocation {
  const { openApi, openRevoker, current, allPlaces, background, clock, reporter } = ports;
  /** Returns false for an API token, which docr never revokes. */
  const revokeOne = async (credential: RevocableCredential): Promise<boolean> => {
    const { secret, mayBeApiToken } = credential;
    if (mayBeApiToken && hasApiTokenFormat(secret) && (await isApiToken(secret, openApi))) return false;
    const revoker = await openRevoker(BUDGET_MS);
    await revoker.revoke(credential);
    await bestEffort(() => current().inventory.setRevoked(secret));
    if (mayBeApiToken) await bestEffort(() => current().issuedLog.setRevoked(secret));
    return true;
  };
  const report = (counts: RevocationCounts, alive: readonly RevocableCredential[]): void => {
    const { revoked, notRevoked: failed, inBackground } = counts;
    reporter.trace("revoked", { revoked, failed, inBackground });
    if (alive.length > 0) {
      reporter.warn(`could not revoke ${countOf(alive)} at DigitalOcean, ${endOf(alive)}`);
    }
  };
  const revoke = async <C extends RevocableCredential>(credentials: readonly C[]): Promise<readonly C[]> => {
    if (credentials.length === 0) return [];
    const outcomes = await Promise.allSettled(credentials.map(revokeOne));
    const alive = credentials.filter((_, index) => outcomes[index]?.status === "rejected");
    const revoked = credentials.length - alive.length;
    report({ revoked, notRevoked: alive.length, inBackground: 0 }, alive);
    return alive;
  };
  return {
    revoke,
    async revokeSoon(credentials) {
      if (credentials.length === 0) return { revoked: 0, notRevoked: 0, inBackground: 0 };
      const unfinished = new Set(credentials);
      const alive: RevocableCredential[] = [];
      let revoked = 0;
      const work = credentials.map(async (credential) => {
        try {
          if (await revokeOne(credential)) revoked += 1;
        } catch {
          alive.push(credential);
        }
        unfinished.delete(credential);
      });
      await withDeadline(Promise.all(work), FOREGROUND_MS, () => undefined);
      const counts = { revoked, notRevoked: alive.length, inBackground: unfinished.size };
      report(counts, alive);
      if (unfinished.size > 0) {
        const left = [...unfinished];
        await background.revoke(left);
        reporter.warn(`still revoking ${countOf(left)} in the background, ${endOf(left)}`);
      }
      return counts;
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

function countOf(credentials: readonly RevocableCredential[]): string {
  return credentials.length === 1 ? "one credential" : `${credentials.length} credentials`;
}

/** When the last of them expires. */
function endOf(credentials: readonly RevocableCredential[]): string {
  const ends = credentials.map((credential) => expiresAt(credential) ?? Infinity);
  const last = Math.max(...ends);
  return last === Infinity ? "valid until it expires" : `valid until ${new Date(last).toISOString()}`;
}
