import { hasApiTokenFormat } from "../core/api-token.ts";
import { type HelperError, isHelperError } from "../core/errors.ts";
import type { Locks } from "../core/locks.ts";
import type { Secret } from "../core/secret.ts";
import { isApiToken } from "./accounts/store-credential.ts";
import { bestEffort } from "./best-effort.ts";
import { underCommitLock } from "./commit-lock.ts";
import type { CredentialPlace } from "./inventory/placement.ts";
import type { OpenMintApi, OpenRevoker } from "./minting/ports.ts";
import type { RegistrySettings } from "./minting/settings.ts";

/** For the revocation of one credential. */
const BUDGET_MS = 10_000;

/**
 * What became of a secret:
 * - `revoked`: the registry does not accept it any more. It may have been dead before.
 * - `api-token`: it is an API token, which docr never revokes.
 * - `foreign`: docr does not know it, and it has no token's format. docr sent it to no service.
 * - `failed`: it may be alive, for the reason in `failure`.
 */
export type RevokedSecret =
  | { readonly outcome: "revoked" | "api-token" | "foreign" }
  | { readonly outcome: "failed"; readonly failure: HelperError };

export interface RevokeIssuedPorts {
  readonly settings: () => Pick<RegistrySettings, "oauthUrl">;
  readonly allPlaces: () => readonly CredentialPlace[];
  readonly openApi: OpenMintApi;
  readonly openRevoker: OpenRevoker;
  readonly locks: Locks;
}

/**
 * Revokes credentials that another holder has, by their secrets: what docr issued here or on another machine. Removes them
 * from the issued log and from the cache. Returns one result for each secret, in the same order. Throws `bad-setting`.
 */
export async function revokeIssued(
  secrets: readonly Secret[],
  ports: RevokeIssuedPorts,
): Promise<readonly RevokedSecret[]> {
  const { oauthUrl: revokeAt } = ports.settings();
  const revokeOne = async (secret: Secret): Promise<RevokedSecret> => {
    try {
      if (!(await isKnown(secret, ports.allPlaces()))) {
        if (!hasApiTokenFormat(secret)) return { outcome: "foreign" };
        if (await isApiToken(secret, ports.openApi)) return { outcome: "api-token" };
      }
      const revoker = await ports.openRevoker(BUDGET_MS);
      await revoker.revoke({ secret, revokeAt });
    } catch (error) {
      if (!isHelperError(error)) throw error;
      return { outcome: "failed", failure: error };
    }
    await forgetRevoked(secret, ports);
    return { outcome: "revoked" };
  };
  return Promise.all(secrets.map(revokeOne));
}

/** Whether docr minted or issued it on this machine. A place that cannot be read does not count. */
async function isKnown(secret: Secret, places: readonly CredentialPlace[]): Promise<boolean> {
  for (const { inventory } of places) {
    if (await bestEffort(() => inventory.knows(secret))) return true;
  }
  return false;
}

async function forgetRevoked(secret: Secret, { allPlaces, locks }: RevokeIssuedPorts): Promise<void> {
  await underCommitLock(locks, async () => {
    for (const { cache, inventory } of allPlaces()) {
      await bestEffort(() => cache.forget(({ credential }) => credential.secret.equals(secret), []));
      await bestEffort(() => inventory.setRevoked(secret));
    }
  });
}
