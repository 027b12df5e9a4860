import { REGISTRY_HOST } from "../../core/address.ts";
import type { MintedCredential } from "../../core/credential.ts";
import { isHelperError } from "../../core/errors.ts";
import type { Locks } from "../../core/locks.ts";
import { bestEffort } from "../best-effort.ts";
import { underCommitLock } from "../commit-lock.ts";
import type { CredentialPlace } from "../inventory/placement.ts";
import type { RegistrySettings } from "../minting/settings.ts";
import type { Revocation } from "../revocation.ts";
import type { StoredLogins } from "../stored-logins.ts";
import { createAccountFilter } from "./accounts.ts";
import { type ApiTokens, DEFAULT_CONTEXT } from "./api-tokens.ts";

export interface LogoutResult {
  /** The accounts whose API token docr deleted. */
  readonly contexts: readonly string[];
  /** How many minted credentials docr revoked. */
  readonly revoked: number;
  /** How many credentials docr could not revoke. docr no longer uses them, and they expire. */
  readonly notRevoked: number;
}

export interface LogOutPorts {
  readonly apiTokens: ApiTokens;
  readonly logins: Pick<StoredLogins, "erase">;
  readonly allPlaces: () => readonly CredentialPlace[];
  readonly locks: Locks;
  readonly revocation: Revocation;
}

/** Deletes the API token of one account, and deletes and revokes the credentials that the account's tokens minted. */
export async function logOut(
  context: string | undefined,
  settings: Pick<RegistrySettings, "storeId">,
  ports: LogOutPorts,
): Promise<LogoutResult> {
  const isOfAccount = createAccountFilter(context, settings);
  const { failures, ...result } = await forgetAll(ports, {
    tokens: async () => ((await ports.apiTokens.erase(context)) ? [context ?? DEFAULT_CONTEXT] : []),
    credentials: ({ cache }, alive) => cache.forget(({ credential }) => isOfAccount(credential), alive),
  });
  if (failures.length > 0) throw failures[0];
  return result;
}

/**
 * Deletes every account's API token and the login for DigitalOcean's registry. Deletes and revokes every credential that docr
 * minted, also with the environment's token. Needs no settings, because a wrong setting must not prevent a logout. `hasApiToken`
 * tells whether docr works without a keychain here.
 */
export async function logOutEverywhere(
  hasApiToken: () => Promise<boolean>,
  ports: LogOutPorts,
): Promise<LogoutResult> {
  const { failures, ...result } = await forgetAll(ports, {
    tokens: () => ports.apiTokens.eraseAll(),
    login: () => ports.logins.erase(REGISTRY_HOST),
    credentials: ({ cache }, alive) => cache.forget(() => true, alive),
    hints: ({ accessHints }) => accessHints.clear(),
  });
  const serious = failures.filter((error) => !isHelperError(error, "keychain-missing"));
  if (serious.length > 0) throw serious[0];
  // A missing keychain is not an error if the user's API token comes from elsewhere: the keychain had nothing to delete.
  if (failures.length > 0 && !(await bestEffort(hasApiToken))) throw failures[0];
  return result;
}

/** The steps of a logout. */
interface Forgetting {
  tokens(): Promise<readonly string[]>;
  login?(): Promise<unknown>;
  credentials(place: CredentialPlace, alive: MintedCredential[]): Promise<void>;
  hints?(place: CredentialPlace): Promise<void>;
}

/** Runs every step, even after one fails, and returns the failures. */
async function forgetAll(
  { allPlaces, locks, revocation }: LogOutPorts,
  steps: Forgetting,
): Promise<LogoutResult & { readonly failures: readonly unknown[] }> {
  let contexts: readonly string[] = [];
  const alive: MintedCredential[] = [];
  const failures: unknown[] = [];
  const attempt = async (work: () => Promise<unknown> | undefined): Promise<void> => {
    try {
      await work();
    } catch (error) {
      failures.push(error);
    }
  };
  await underCommitLock(locks, async () => {
    await attempt(async () => (contexts = await steps.tokens()));
    await attempt(() => steps.login?.());
    for (const place of allPlaces()) {
      await attempt(() => steps.credentials(place, alive));
      await attempt(() => steps.hints?.(place));
    }
  });
  const left = await revocation.revoke(alive);
  return { contexts, revoked: alive.length - left.length, notRevoked: left.length, failures };
}
