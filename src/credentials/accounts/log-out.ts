import { REGISTRY_HOST } from "../../core/address.ts";
import { type ApiToken, identityOf } from "../../core/api-token.ts";
import type { MintedCredential } from "../../core/credential.ts";
import { isHelperError } from "../../core/errors.ts";
import type { Clock } from "../../core/lifetime.ts";
import type { Locks } from "../../core/locks.ts";
import type { Sha256 } from "../../core/secret.ts";
import { bestEffort } from "../best-effort.ts";
import type { RevocableCredential } from "../codec.ts";
import { underCommitLock } from "../commit-lock.ts";
import { revocableOf } from "../finished-login.ts";
import type { CredentialPlace } from "../inventory/placement.ts";
import type { Refusals } from "../minting/refusals.ts";
import type { Revocation, RevocationCounts } from "../revocation.ts";
import type { StoredLogins } from "../stored-logins.ts";
import { createAccountFilter } from "./accounts.ts";
import { type ApiTokens, DEFAULT_CONTEXT } from "./api-tokens.ts";

/** The scope of a logout. */
export type LogoutScope =
  /** One account: its API token, and the credentials that its stored token or doctl's token minted. `context` is undefined for the default account. */
  | { readonly kind: "account"; readonly context: string | undefined; readonly storeId: string }
  /** The credentials that this API token of the environment minted. */
  | { readonly kind: "token"; readonly token: ApiToken }
  /** Every account, and the credentials that the environment's API tokens minted. */
  | { readonly kind: "everything" };

export interface LogoutResult extends RevocationCounts {
  /** The accounts whose API token docr deleted. */
  readonly contexts: readonly string[];
  /** False if docr cannot record on this machine what it mints. Other credentials may then be valid until they expire. */
  readonly isMintedKnown: boolean;
}

/** The end of a message, if `isMintedKnown` is false. */
export const NOT_RECORDED =
  "credentials minted on this machine could not be recorded, and stay valid until they expire";

export interface LogOutPorts {
  readonly apiTokens: ApiTokens;
  readonly logins: Pick<StoredLogins, "read" | "erase">;
  /** The OAuth service of a login that does not name one. Throws `bad-setting`. */
  readonly oauthUrl: () => string;
  readonly clock: Clock;
  readonly allPlaces: () => readonly CredentialPlace[];
  readonly locks: Locks;
  readonly revocation: Revocation;
  readonly refusals: Pick<Refusals, "clear">;
  /** Whether docr finds an API token without a keychain. */
  readonly hasApiToken: () => Promise<boolean>;
  /** Whether docr can record on this machine what it mints. */
  readonly canRecord: () => Promise<boolean>;
  readonly sha256: Sha256;
}

/**
 * Deletes and revokes what the scope names. Runs every step, even after one fails, and then throws the first failure of the
 * store. Needs no settings, because a wrong setting must not prevent a logout.
 */
export async function logOut(scope: LogoutScope, ports: LogOutPorts): Promise<LogoutResult> {
  const { allPlaces, locks, revocation, refusals } = ports;
  const steps = stepsOf(scope, ports);
  let contexts: readonly string[] = [];
  const minted: MintedCredential[] = [];
  let login: RevocableCredential | undefined;
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
    await attempt(async () => (login = await steps.login(contexts)));
    for (const { cache, accessHints, registryNames, loginChecks } of allPlaces()) {
      await attempt(() => cache.forget(({ credential }) => steps.isMeant(credential), minted));
      if (steps.clearsHints) await attempt(() => accessHints.clear());
      await attempt(() => registryNames.clear());
      if (login) await bestEffort(() => loginChecks.clear());
    }
  });
  await refusals.clear();
  const counts = await revocation.revokeSoon(login ? [...minted, login] : minted);
  const serious = failures.filter((error) => !isHelperError(error, "keychain-missing"));
  if (serious.length > 0) throw serious[0];
  // A missing keychain is not an error if the user's API token comes from elsewhere: the keychain had nothing to delete.
  if (failures.length > 0 && !(await bestEffort(ports.hasApiToken))) throw failures[0];
  return { contexts, ...counts, isMintedKnown: await ports.canRecord() };
}

interface Steps {
  /** Deletes API tokens and returns the names of their accounts. */
  tokens(): Promise<readonly string[]>;
  /** Deletes the login for DigitalOcean's registry if it is meant, and returns it. `contexts` had an API token. */
  login(contexts: readonly string[]): Promise<RevocableCredential | undefined>;
  readonly isMeant: (credential: MintedCredential) => boolean;
  /** Whether to delete the notes about which API tokens are read-only. */
  readonly clearsHints: boolean;
}

function stepsOf(scope: LogoutScope, ports: LogOutPorts): Steps {
  const { apiTokens, sha256 } = ports;
  const login = (): Promise<RevocableCredential | undefined> => takeLogin(ports);
  switch (scope.kind) {
    case "account": {
      const { context } = scope;
      return {
        tokens: async () => ((await apiTokens.erase(context)) ? [context ?? DEFAULT_CONTEXT] : []),
        // Without an API token, a `get` for the account answers the login.
        login: async (contexts) => (contexts.length === 0 ? login() : undefined),
        isMeant: createAccountFilter(context, scope),
        clearsHints: false,
      };
    }
    case "token": {
      const digest = identityOf(scope.token, sha256);
      return {
        tokens: async () => [],
        login: async () => undefined,
        isMeant: ({ origin }) => origin.kind === "environment" && (origin.tokenDigest ?? digest) === digest,
        clearsHints: false,
      };
    }
    case "everything":
      return { tokens: () => apiTokens.eraseAll(), login, isMeant: () => true, clearsHints: true };
  }
}

/** A damaged login is deleted, too: nothing is left to revoke. */
async function takeLogin({ logins, oauthUrl, clock }: LogOutPorts): Promise<RevocableCredential | undefined> {
  const login = await logins.read(REGISTRY_HOST).catch((error: unknown) => {
    if (isHelperError(error, "keychain-damaged")) return undefined;
    throw error;
  });
  await logins.erase(REGISTRY_HOST);
  return login && revocableOf(login, oauthUrl(), clock);
}
