import { REGISTRY_HOST } from "../../core/address.ts";
import type { MintedCredential } from "../../core/credential.ts";
import type { Locks } from "../../core/locks.ts";
import type { Secret } from "../../core/secret.ts";
import { bestEffort } from "../best-effort.ts";
import { underCommitLock } from "../commit-lock.ts";
import type { CredentialPlace } from "../inventory/placement.ts";
import { accountName } from "../minting/cache-key.ts";
import type { Refusals } from "../minting/refusals.ts";
import type { RegistrySettings } from "../minting/settings.ts";
import type { Revocation } from "../revocation.ts";
import type { StoredLogins } from "../stored-logins.ts";
import { type ApiTokens, DEFAULT_CONTEXT } from "./api-tokens.ts";
import { type AcceptedToken, canPush } from "./log-in.ts";

/**
 * The returned function tells whether a token of the account minted the credential: one from the store or from doctl's
 * configuration. The environment's token belongs to no account. An undefined context is the default account.
 */
export function createAccountFilter(
  context: string | undefined,
  settings: Pick<RegistrySettings, "storeId">,
): (credential: MintedCredential) => boolean {
  const isDefault = context === undefined || context === DEFAULT_CONTEXT;
  const contexts = isDefault ? [undefined, DEFAULT_CONTEXT] : [context];
  const names = new Set(contexts.map((one) => accountName(one, settings)));
  return ({ origin }) => origin.kind !== "environment" && names.has(origin.account);
}

export interface SetApiTokenPorts {
  readonly settings: () => Pick<RegistrySettings, "storeId" | "access">;
  readonly apiTokens: ApiTokens;
  readonly logins: StoredLogins;
  readonly allPlaces: () => readonly CredentialPlace[];
  readonly locks: Locks;
  readonly revocation: Revocation;
  readonly refusals: Pick<Refusals, "clear">;
}

/**
 * Stores an API token that the API has accepted. If it is another token than before, docr revokes the credentials that the previous
 * one minted. If it is the same token, docr keeps its credentials: otherwise each run of a playbook would leave one more valid
 * credential. `accepted` is DigitalOcean's description of the token. If it can now push, docr supersedes read-only credentials.
 */
export async function setApiToken(
  context: string | undefined,
  secret: Secret,
  ports: SetApiTokenPorts,
  accepted?: Pick<AcceptedToken, "token">,
): Promise<void> {
  const settings = ports.settings();
  const isOfAccount = createAccountFilter(context, settings);
  const hasMoreAccess = settings.access === "auto" && accepted?.token && canPush(accepted.token);
  const outdated = await underCommitLock(ports.locks, async () => {
    const isNew = await ports.apiTokens.write(context, secret);
    await ports.logins.erase(REGISTRY_HOST);
    const forgotten: MintedCredential[] = [];
    for (const { cache, accessHints, registryNames } of ports.allPlaces()) {
      await bestEffort(() => accessHints.clear());
      await bestEffort(() => registryNames.clear());
      if (isNew) await cache.forget(({ credential }) => isOfAccount(credential), forgotten);
      else if (hasMoreAccess) await cache.supersede((one) => isOfAccount(one) && one.access === "read-only");
    }
    return forgotten;
  });
  // After the token is stored: a `get` with the previous one could have been refused in the meantime.
  await ports.refusals.clear();
  await ports.revocation.revokeSoon(outdated);
}
