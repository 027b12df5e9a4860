/** Wires the program. Every line is one constructor call or one lazy getter; the rooms make the decisions. */
import { readConfigFile } from "../config/config-file.ts";
import { createDoctlTokens } from "../config/doctl-tokens.ts";
import { isKeychain, readGeneralSettings, storeNameOf } from "../config/general.ts";
import { readLogoutScope } from "../config/logout-scope.ts";
import { readApiToken, readOauthUrl, readRegistrySettings } from "../config/registry.ts";
import { REGISTRY_HOST } from "../core/address.ts";
import type { Clock } from "../core/lifetime.ts";
import { once } from "../core/once.ts";
import type { Reporter } from "../core/reporter.ts";
import { encodeRevocables } from "../credentials/codec.ts";
import type { CheckRegistryLogin } from "../credentials/finished-login.ts";
import { COMMIT_LOCK } from "../credentials/commit-lock.ts";
import { cacheKeyOf, isStoredFor } from "../credentials/minting/cache-key.ts";
import { createRefusals } from "../credentials/minting/refusals.ts";
import { isOtherLogin, LOGIN } from "../credentials/stored-logins.ts";
import { encodeLoginFields } from "../protocol/responses.ts";
import { createResponses } from "../response-cache/publish.ts";
import { responseNameOf } from "../response-cache/read.ts";
import { createOtherRegistryNote } from "../response-cache/write-other-registry-note.ts";
import { createLazyStore } from "../stores/lazy-store.ts";
import { markingLogins } from "../stores/login-marker.ts";
import { createSharedFailures } from "../stores/shared-failures.ts";
import { createBackground } from "../system/background.ts";
import { createTrace } from "../system/trace.ts";
import { createBackgroundTasks } from "./background-tasks.ts";
import { composeCredentials } from "./compose-credentials.ts";
import type { Host } from "./host.ts";
import {
  canRecordMinted,
  describeSessionPlaces,
  openAllPlaces,
  openCurrentPlace,
  openLoginMarker,
  openNodePlace,
  openRefusalFiles,
  openResponseFiles,
  openSessionCache,
  openSessionFiles,
  openSessionLocks,
  openStore,
} from "./open-stores.ts";
import { packageName, version } from "./version.ts";

export type Composition = ReturnType<typeof compose>;

export function compose(host: Host) {
  const { env, sha256, monotonicMs } = host;
  const clock: Clock = { read: host.clock };
  const userAgent = `${packageName}/${version}`;

  const configFile = once(() => readConfigFile(host));
  const general = once(() => readGeneralSettings(env, configFile()));
  const settings = once(() => readRegistrySettings(host, configFile(), general().storeId));

  const warnings: string[] = [];
  const trace = createTrace(() => general().traceTarget, host);
  const reporter: Reporter = { warn: (text) => void warnings.push(text), trace };

  const files = once(() => openSessionFiles(host));
  const locks = openSessionLocks(host, files);
  const failures = createSharedFailures(() => files()?.credentials, monotonicMs);
  const doctl = createDoctlTokens(host, sha256);
  const refusals = createRefusals({
    files: () => files()?.credentials,
    allFiles: () => openRefusalFiles(host, files()),
    doctl,
    clock,
    random: Math.random,
  });
  const marker = openLoginMarker(host);
  const plainStore = createLazyStore(() => openStore(general(), host));
  const store = markingLogins(plainStore, marker, LOGIN, isOtherLogin);
  const current = once(() => openCurrentPlace(settings(), host, files(), store));
  const allPlaces = (stateDir?: string) => openAllPlaces(host, store, stateDir);
  const canRecord = () => canRecordMinted(host, files(), store);

  const apiOptions = { env, userAgent, clock, trace, monotonicMs };
  const openApi = async (budgetMs: number) =>
    (await import("./bundles/network.ts")).createApi({ ...apiOptions, ...settings(), budgetMs });
  const openRevoker = async (budgetMs: number) =>
    (await import("./bundles/network.ts")).createRevoker({ ...apiOptions, budgetMs });

  const checkLogin: CheckRegistryLogin = async (login, budgetMs) => {
    const { createRegistries } = await import("./bundles/network.ts");
    return createRegistries({ env, userAgent, trace, monotonicMs, budgetMs }).checkLogin(
      REGISTRY_HOST,
      login,
    );
  };

  const responseFiles = once(() => openResponseFiles(host, files()));
  const responses = createResponses({
    files: responseFiles,
    readCached: async (name) => openSessionCache(host, files())?.read(name),
    fileName: (registry = "") => responseNameOf(host, registry),
    isStoredFor: (registry, stored) => isStoredFor(cacheKeyOf(settings(), { registry }, sha256), stored),
    encodeLogin: encodeLoginFields,
    locks,
    commitLock: COMMIT_LOCK,
    clock,
  });
  const fallback = () => general().fallback;
  const noteOtherRegistries = createOtherRegistryNote({
    files: responseFiles,
    key: host,
    settings: () => ({
      configText: configFile().text,
      fallback: fallback(),
      isKeychain: isKeychain(general()),
    }),
    hasOwnLogins: marker.exists,
  });
  const background = createBackground({ files, host, encode: encodeRevocables });

  const credentials = composeCredentials({
    settings,
    environmentToken: () => readApiToken(host),
    oauthUrl: () => readOauthUrl(env),
    checkLogin,
    logoutScope: () => readLogoutScope(host, () => general().storeId),
    store,
    storeName: () => storeNameOf(general()),
    current,
    allPlaces,
    canRecord,
    nodePlace: (stateDir) => openNodePlace(host, stateDir),
    openApi,
    openRevoker,
    doctl,
    locks,
    failures,
    refusals,
    responses,
    background,
    noteOtherRegistries,
    clock,
    monotonicMs,
    reporter,
    sha256,
  });
  const runInBackground = createBackgroundTasks(credentials.registry, credentials.revocation);
  return {
    ...credentials,
    configFile,
    general,
    warnings,
    userAgent,
    fallback,
    hasOwnLogins: marker.exists,
    describePlaces: () => describeSessionPlaces(host),
    runInBackground,
  };
}
