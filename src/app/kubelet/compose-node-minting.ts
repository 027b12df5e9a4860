/** Wires what replaces a credential of the kubelet's. A bundle of its own: an answer with the credential that is there does not load it. */
import { readApiToken } from "../../config/registry.ts";
import { HelperError } from "../../core/errors.ts";
import type { Clock } from "../../core/lifetime.ts";
import type { Reporter, Trace } from "../../core/reporter.ts";
import type { SecretStore } from "../../core/secret-store.ts";
import { createTokenFinder } from "../../credentials/accounts/token-finder.ts";
import type { HeldCredentials } from "../../credentials/inventory/held.ts";
import { type CurrentPlace, openPlacement } from "../../credentials/inventory/placement.ts";
import { type GetSteps, replaceCredential } from "../../credentials/minting/get.ts";
import type { Lookup } from "../../credentials/minting/lookup.ts";
import { createMinter } from "../../credentials/minting/mint.ts";
import { askingAfresh, createRefusals } from "../../credentials/minting/refusals.ts";
import { createSaver } from "../../credentials/minting/save.ts";
import type { RegistrySettings } from "../../credentials/minting/settings.ts";
import type { NodeCredentialsPorts } from "../../credentials/node-credentials.ts";
import { createRevocation } from "../../credentials/revocation.ts";
import { createSharedFailures } from "../../stores/shared-failures.ts";
import { createLocks } from "../../system/locks.ts";
import { makePrivateFolder } from "../../system/private-folder.ts";
import type { Host } from "../host.ts";
import { packageName, version } from "../version.ts";

/** Parts that a `get` of docker uses and the kubelet does not. */
const NO_API_TOKENS = { read: async () => undefined };
const NO_DOCTL = { find: async () => undefined, fingerprint: () => undefined };
const NO_RESPONSES = { publish: async () => undefined, publishSaved: async () => undefined };
const NO_BACKGROUND = {
  refresh: () => undefined,
  revokeSuperseded: () => undefined,
  revoke: async () => undefined,
};

export interface NodeMintingPorts {
  /** The node's private folder. */
  readonly folder: string;
  readonly files: SecretStore;
  readonly held: HeldCredentials;
  readonly settings: () => RegistrySettings;
  readonly keyOf: GetSteps["keyOf"];
  readonly lookup: Lookup;
  readonly clock: Clock;
  readonly trace: Trace;
  /** Ask DigitalOcean even while docr remembers a refusal. */
  readonly asksAfresh: boolean;
}

/** Nothing is read or written before the first call. */
export function composeNodeMinting(host: Host, ports: NodeMintingPorts): NodeCredentialsPorts["replace"] {
  const { env, uid, sha256, monotonicMs } = host;
  const { folder, files, held, settings, keyOf, lookup, clock, trace } = ports;
  const reporter: Reporter = { warn: () => undefined, trace };
  const locks = createLocks({ folder: () => checkFolder(folder, uid), uid, monotonicMs });
  const failures = createSharedFailures(() => files, monotonicMs);
  const remembered = createRefusals({
    files: () => files,
    allFiles: () => [files],
    doctl: NO_DOCTL,
    clock,
    random: Math.random,
  });
  const refusals = ports.asksAfresh ? askingAfresh(remembered) : remembered;
  const place = holding(
    openPlacement({ cache: files, inventory: files, issuedLog: files }, clock, sha256),
    held,
  );
  const current = () => place;

  const apiOptions = { env, userAgent: `${packageName}/${version}`, clock, trace, monotonicMs };
  const openApi = async (budgetMs: number) =>
    (await import("../bundles/network.ts")).createApi({ ...apiOptions, ...settings(), budgetMs });
  const openRevoker = async (budgetMs: number) =>
    (await import("../bundles/network.ts")).createRevoker({ ...apiOptions, budgetMs });

  const tokens = createTokenFinder(() => readApiToken(host), NO_API_TOKENS, NO_DOCTL, trace, sha256);
  const parts = {
    settings,
    tokens,
    lookup,
    openApi,
    openRevoker,
    current,
    failures,
    refusals,
    clock,
    reporter,
  };
  const steps: GetSteps = {
    ...parts,
    keyOf,
    locks,
    minter: createMinter(parts),
    saver: createSaver(current, lookup, locks, tokens, NO_RESPONSES, reporter),
    revocation: createRevocation({ ...parts, allPlaces: () => [], background: NO_BACKGROUND }),
    responses: NO_RESPONSES,
    background: NO_BACKGROUND,
    monotonicMs,
  };
  return (request, key, cached, limitMs) => replaceCredential(request, key, cached, steps, limitMs);
}

/**
 * The place in which a new credential replaces the one that the kubelet holds, and is recorded as issued. No credential becomes
 * superseded there, because docr would revoke it.
 */
function holding(place: CurrentPlace, held: HeldCredentials): CurrentPlace {
  const { cache, inventory, issuedLog } = place;
  return {
    ...place,
    cache: cache && {
      ...cache,
      read: (name) => held.read(name),
      replace: (name, credential) => held.replace(name, credential),
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
