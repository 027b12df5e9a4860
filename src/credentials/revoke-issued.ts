import { REGISTRY_HOST } from "../core/address.ts";
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
import type { StoredLogins } from "./stored-logins.ts";

/** Time limit of one revocation. */
const BUDGET_MS = 10_000;

/**
 * The result for one secret:
 * - `revoked`: the registry no longer accepts it. It may have expired before.
 * - `api-token`: it is an API token. docr never revokes one.
 * - `foreign`: docr does not know it, and it does not have a token's format. docr sent it nowhere.
 * - `failed`: it may still be alive. `failure` is the reason.
 */
export type RevokedSecret =
  | { readonly outcome: "revoked" | "api-token" | "foreign" }
  | { readonly outcome: "failed"; readonly failure: HelperError };

export interface RevokeIssuedPorts {
  readonly settings: () => Pick<RegistrySettings, "oauthUrl">;
  readonly allPlaces: () => readonly CredentialPlace[];
  readonly logins: Pick<StoredLogins, "read" | "erase">;
  readonly openApi: OpenMintApi;
  readonly openRevoker: OpenRevoker;
  readonly locks: Locks;
}

/**
 * Revokes credentials by their secrets, such as those that docr issued here or on another machine. Marks them as revoked in the
 * inventory and removes them from the cache and from the stored logins. Returns one result for each secret, in the same order. Throws `bad-setting`.
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

/** Whether docr minted or issued it on this machine. Skips a place that cannot be read. */
async function isKnown(secret: Secret, places: readonly CredentialPlace[]): Promise<boolean> {
  for (const { inventory } of places) {
    if (await bestEffort(() => inventory.find(secret))) return true;
  }
  return false;
}

/** Also deletes the stored login if it is this credential, for example after `docker login` with it. */
async function forgetRevoked(secret: Secret, { allPlaces, logins, locks }: RevokeIssuedPorts): Promise<void> {
  await underCommitLock(locks, async () => {
    const login = await bestEffort(() => logins.read(REGISTRY_HOST));
    if (login?.secret.equals(secret)) await bestEffort(() => logins.erase(REGISTRY_HOST));
    for (const { cache, inventory, held } of allPlaces()) {
      await bestEffort(() => cache.forget(({ credential }) => credential.secret.equals(secret), []));
      await bestEffort(() => held.forget(secret));
      await bestEffort(() => inventory.setRevoked(secret));
    }
  });
}
