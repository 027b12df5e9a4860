/** Wires the image credential provider. It uses only the environment and its state folder: no home directory, keychain or background process. */
import { readConfigFile } from "../config/config-file.ts";
import { readGeneralSettings } from "../config/general.ts";
import { readApiToken, readNodeSettings } from "../config/registry.ts";
import { HelperError } from "../core/errors.ts";
import type { Clock } from "../core/lifetime.ts";
import { once } from "../core/once.ts";
import type { Reporter } from "../core/reporter.ts";
import { createTokenFinder } from "../credentials/accounts/token-finder.ts";
import { createHeldCredentials } from "../credentials/inventory/held.ts";
import { type CurrentPlace, openPlacement } from "../credentials/inventory/placement.ts";
import { cacheKeyOf, type RegistryRequest } from "../credentials/minting/cache-key.ts";
import type { GetSteps } from "../credentials/minting/get.ts";
import { createLookup } from "../credentials/minting/lookup.ts";
import { createMinter } from "../credentials/minting/mint.ts";
import { askingAfresh, createRefusals } from "../credentials/minting/refusals.ts";
import { createSaver } from "../credentials/minting/save.ts";
import { createNodeCredentials, type NodeCredentials } from "../credentials/node-credentials.ts";
import { createRevocation } from "../credentials/revocation.ts";
import { createPrivateFiles } from "../stores/private-files.ts";
import { createSharedFailures } from "../stores/shared-failures.ts";
import { createLocks } from "../system/locks.ts";
import { makePrivateFolder } from "../system/private-folder.ts";
import { createTrace } from "../system/trace.ts";
import type { Host } from "./host.ts";
import { packageName, version } from "./version.ts";

/** Parts that a `get` of docker uses and the kubelet does not. */
const NO_API_TOKENS = { read: async () => undefined };
const NO_DOCTL = { find: async () => undefined, fingerprint: () => undefined };
const NO_RESPONSES = { publish: async () => undefined, publishSaved: async () => undefined };
const NO_BACKGROUND = {
  refresh: () => undefined,
  revokeSuperseded: () => undefined,
  revoke: async () => undefined,
};

/**
 * `folder` is the node's private folder. Nothing is read or written before the first call. `asksAfresh`: ask DigitalOcean even while
 * docr remembers a refusal.
 */
export function composeNodeCredentials(host: Host, folder: string, asksAfresh: boolean): NodeCredentials {
  const { env, uid, sha256, monotonicMs } = host;
  const clock: Clock = { read: host.clock };
  const configFile = once(() => readConfigFile(host));
  const settings = once(() => readNodeSettings(host, configFile()));
  const trace = createTrace(() => readGeneralSettings(env, configFile()).traceTarget, host);
  const reporter: Reporter = { warn: () => undefined, trace };

  const files = createPrivateFiles(folder, uid, host.uniqueName, host.isRunning);
  const locks = createLocks({ folder: () => checkFolder(folder, uid), uid, monotonicMs });
  const failures = createSharedFailures(() => files, monotonicMs);
  const remembered = createRefusals({
    files: () => files,
    allFiles: () => [files],
    doctl: NO_DOCTL,
    clock,
    random: Math.random,
  });
  const refusals = asksAfresh ? askingAfresh(remembered) : remembered;
  const opened = openPlacement({ cache: files, inventory: files, issuedLog: files }, clock, sha256);
  const current = once(() => holding(opened, createHeldCredentials(files, clock)));

  const apiOptions = { env, userAgent: `${packageName}/${version}`, clock, trace };
  const openApi = async (budgetMs: number) =>
    (await import("./bundles/network.ts")).createApi({ ...apiOptions, ...settings(), budgetMs });
  const openRevoker = async (budgetMs: number) =>
    (await import("./bundles/network.ts")).createRevoker({ ...apiOptions, budgetMs });

  const tokens = createTokenFinder(() => readApiToken(host), NO_API_TOKENS, NO_DOCTL, trace, sha256);
  const ports = {
    settings,
    tokens,
    openApi,
    openRevoker,
    current,
    failures,
    refusals,
    locks,
    clock,
    reporter,
  };
  const revocation = createRevocation({ ...ports, allPlaces: () => [], background: NO_BACKGROUND });
  const lookup = createLookup(current, clock, NO_DOCTL);
  const steps: GetSteps = {
    ...ports,
    keyOf: (request: RegistryRequest) => cacheKeyOf(settings(), request, sha256),
    lookup,
    minter: createMinter({ ...ports, lookup }),
    saver: createSaver(current, lookup, locks, tokens, NO_RESPONSES, reporter),
    revocation,
    responses: NO_RESPONSES,
    background: NO_BACKGROUND,
    monotonicMs,
  };
  return createNodeCredentials(steps, settings);
}

/**
 * The place in which a new credential replaces the one that the kubelet holds, and is recorded as issued. No credential becomes
 * superseded there, because docr would revoke it.
 */
function holding(
  place: CurrentPlace,
  held: Pick<NonNullable<CurrentPlace["cache"]>, "read" | "replace">,
): CurrentPlace {
  const { cache, inventory, issuedLog } = place;
  return {
    ...place,
    cache: cache && {
      ...cache,
      read: held.read,
      replace: held.replace,
      keepSuperseded: async () => undefined,
      supersede: async () => undefined,
    },
    inventory: { ...inventory, record: (credential) => issuedLog.recordIssued(credential) },
  };
}

/** Throws `bad-setting`: without the folder, each pull of an image would create one more credential. */
function checkFolder(folder: string, uid: number | undefined): string {
  if (makePrivateFolder(folder, uid)) return folder;
  throw new HelperError("bad-setting", `docr kubelet cannot write to ${folder}`, {
    hint: "name a directory that this user owns with --state-dir",
  });
}
