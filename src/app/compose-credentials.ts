/** Wires the domain. Every line is one constructor call or one lazy getter. */
import type { ApiToken } from "../core/api-token.ts";
import type { Clock } from "../core/lifetime.ts";
import type { Locks, SharedFailures } from "../core/locks.ts";
import type { Reporter } from "../core/reporter.ts";
import type { SecretStore } from "../core/secret-store.ts";
import type { Sha256 } from "../core/secret.ts";
import { setApiToken } from "../credentials/accounts/accounts.ts";
import { createApiTokens } from "../credentials/accounts/api-tokens.ts";
import { logOut, type LogoutScope } from "../credentials/accounts/log-out.ts";
import type { AccountApi } from "../credentials/accounts/ports.ts";
import { storeCredential } from "../credentials/accounts/store-credential.ts";
import { createTokenFinder } from "../credentials/accounts/token-finder.ts";
import { type CheckRegistryLogin, createFinishedLogin } from "../credentials/finished-login.ts";
import { createHelper, type RegistryCredentials } from "../credentials/helper.ts";
import type { CredentialPlace, CurrentPlace } from "../credentials/inventory/placement.ts";
import { BARE_HOST, cacheKeyOf, type RegistryRequest } from "../credentials/minting/cache-key.ts";
import { getCredential, type GetSteps } from "../credentials/minting/get.ts";
import { createLookup } from "../credentials/minting/lookup.ts";
import { createMinter } from "../credentials/minting/mint.ts";
import type {
  Background,
  DoctlTokens,
  MintApi,
  OpenRevoker,
  Responses,
} from "../credentials/minting/ports.ts";
import { probeCredential } from "../credentials/minting/probe.ts";
import { refreshCredential } from "../credentials/minting/refresh.ts";
import { askingAfresh, type Refusals } from "../credentials/minting/refusals.ts";
import { createSaver } from "../credentials/minting/save.ts";
import type { RegistrySettings } from "../credentials/minting/settings.ts";
import { createRevocation } from "../credentials/revocation.ts";
import { createStoredLogins } from "../credentials/stored-logins.ts";

/** What the domain needs from the machine. */
export interface CredentialPorts {
  readonly settings: () => RegistrySettings;
  /** Reads the environment's API token again: a file of it may have changed. Throws `bad-api-token`. */
  readonly environmentToken: () => ApiToken | undefined;
  /** The scope of docker's `erase`. */
  readonly logoutScope: () => LogoutScope;
  /** Where DigitalOcean revokes credentials. Other settings may be wrong. Throws `bad-setting`. */
  readonly oauthUrl: () => string;
  /** The store of API tokens and logins. */
  readonly store: SecretStore;
  /** The store's name in messages. */
  readonly storeName: () => string;
  readonly current: () => CurrentPlace;
  readonly allPlaces: (stateDir?: string) => readonly CredentialPlace[];
  /** The place of `docr kubelet`. Undefined if there is none. */
  readonly nodePlace: (stateDir: string) => CredentialPlace | undefined;
  readonly openApi: (budgetMs: number) => Promise<MintApi & AccountApi>;
  readonly openRevoker: OpenRevoker;
  readonly checkLogin: CheckRegistryLogin;
  readonly doctl: DoctlTokens;
  /** Whether docr can record on this machine what it mints. */
  readonly canRecord: () => Promise<boolean>;
  readonly locks: Locks;
  readonly failures: SharedFailures;
  readonly refusals: Refusals;
  readonly responses: Responses;
  readonly background: Background;
  /** Tells the launcher how docr answers requests for other registries. Never rejects. */
  readonly noteOtherRegistries: () => Promise<void>;
  readonly clock: Clock;
  readonly monotonicMs: () => number;
  readonly reporter: Reporter;
  readonly sha256: Sha256;
}

export type Credentials = ReturnType<typeof composeCredentials>;

export function composeCredentials(ports: CredentialPorts) {
  const { settings, store, current, allPlaces, locks, reporter, sha256 } = ports;
  const { trace } = reporter;
  const logins = createStoredLogins(store);
  const apiTokens = createApiTokens(store, ports.storeName);
  const tokens = createTokenFinder(ports.environmentToken, apiTokens, ports.doctl, trace, sha256);
  const allInventories = (stateDir?: string) => allPlaces(stateDir).map(({ inventory }) => inventory);
  const keyOf = (request: Pick<RegistryRequest, "registry">) => cacheKeyOf(settings(), request, sha256);
  const revocation = createRevocation(ports);
  const lookup = createLookup(current, ports.clock, ports.doctl);
  const minter = createMinter({ ...ports, tokens, lookup });
  const saver = createSaver(current, lookup, locks, tokens, ports.responses, reporter);
  const steps: GetSteps = { ...ports, keyOf, lookup, minter, saver, revocation };
  const hasApiToken = async () => (await tokens.find(keyOf(BARE_HOST))) !== undefined;
  const accountPorts = { ...ports, apiTokens, logins, revocation, hasApiToken };
  const finishedLogin = createFinishedLogin({ ...ports, logins, allInventories, trace });
  const storingPorts = { ...ports, ...finishedLogin, allInventories, logins, trace };
  const registryWith = (parts: GetSteps): RegistryCredentials => ({
    get: (request) => getCredential(request, parts),
    store: (login, request) =>
      storeCredential(login, {
        ...storingPorts,
        setApiToken: (secret) => setApiToken(keyOf(request).context, secret, accountPorts),
      }),
    finishedLogin: () => finishedLogin.answer(),
    refresh: (request) => refreshCredential(request, parts),
    probe: (request, limitMs) => probeCredential(request, { ...parts, current }, limitMs),
  });
  const eraseCredentials = () => logOut(ports.logoutScope(), accountPorts);
  const helperParts = { ...ports, logins, logOut: eraseCredentials };
  const registry = registryWith(steps);
  const afresh = registryWith({ ...steps, refusals: askingAfresh(ports.refusals) });
  return {
    ...ports,
    logins,
    apiTokens,
    tokens,
    allInventories,
    keyOf,
    revocation,
    registry,
    finishedLogin,
    helper: createHelper({ ...helperParts, registry }),
    /** For commands: it does not consult remembered refusals. */
    helperAfresh: createHelper({ ...helperParts, registry: afresh }),
    accountPorts,
  };
}
