/** Puts the real ports together. What belongs to the process itself comes in as a Host. */
import { readConfigFile, type ConfigFile } from "../config/config-file.ts";
import { fingerprintDoctlConfig } from "../config/doctl-path.ts";
import type { Machine } from "../core/machine.ts";
import { readGeneralSettings, type GeneralSettings } from "../config/general.ts";
import { readRegistrySettings } from "../config/registry.ts";
import { createApiTokens } from "../credentials/accounts/api-tokens.ts";
import type { Sha256 } from "../credentials/minting/cache-key.ts";
import { createLogins } from "../credentials/stored-logins.ts";
import { CURRENT } from "../credentials/inventory/live-credentials.ts";
import {
  createMintedCredentials,
  type MintedCredentials,
} from "../credentials/inventory/credential-cache.ts";
import { choosePlaces } from "../credentials/inventory/placement.ts";
import type { AccountApi, Background, HelperPorts, RegistryApi, Turns } from "../credentials/ports.ts";
import type { SecretStore } from "../core/secret-store.ts";
import type { Settings } from "../credentials/minting/settings.ts";
import { createTokenSource } from "../credentials/accounts/token-finder.ts";
import type { Keytar } from "../stores/keychain/keychain.ts";
import type { AddonHost } from "../stores/keychain/keytar.ts";
import { createLazyStore } from "../stores/lazy-store.ts";
import type { ApiToken } from "../core/api-token.ts";
import type { Moment } from "../core/lifetime.ts";
import type { Streams } from "../terminal/terminal.ts";
import { createBackground } from "../system/background.ts";
import { createPrivateFiles } from "../stores/private-files.ts";
import type { PendingCalls } from "../system/pending-calls.ts";
import { findPrivateFolder, listPrivateFolders } from "../system/private-folder.ts";
import { droppingWarmAnswers, encodeWarmAnswer } from "../response-cache/publish.ts";
import { fallbackNoteNameOf, responseNameOf } from "../response-cache/read.ts";
import { openKeychain } from "./open-stores.ts";
import { createTrace } from "../system/trace.ts";
import { once } from "../core/once.ts";
import { Secret } from "../core/secret.ts";
import { responseFolder, CACHED_SERVER_URL } from "../response-cache/shared/key.ts";
import { packageName, version } from "./version.ts";

/** What the ports need of the process. */
export interface Host extends Machine, AddonHost {
  readonly pid: number;
  /** Nanoseconds on a clock that the processes of this machine share and nobody can set. */
  readonly monotonicNs: () => bigint;
  readonly clock: () => Moment;
  /** The main file's own: what ran once is compiled. */
  readonly sha256: Sha256;
  readonly isRunning: (pid: number) => boolean;
  /** If it is loaded already (startup/prefetch.ts). */
  readonly keytar: Keytar | undefined;
  /** Calls that are still inside a system library. */
  readonly pendingCalls: PendingCalls;
  readonly startSelf: (args: readonly string[]) => void;
  readonly writeStdout: (text: string) => void;
  readonly writeStderr: (text: string) => void;
  readonly isTerminal: (fd: 0 | 1 | 2) => boolean;
  /** Of the terminal on stdout, in columns. */
  readonly columns: () => number | undefined;
  /** For questions; opened only for them. */
  readonly streams: () => Streams;
}

export interface Composition {
  readonly ports: HelperPorts;
  /** The helper for every host but ours. Throws `bad-setting`. */
  readonly fallback: () => string | undefined;
  readonly remarks: readonly string[];
}

export function compose(host: Host): Composition {
  const configFile = once((): ConfigFile => readConfigFile(host));
  const generalSettings = once((): GeneralSettings => readGeneralSettings(host.env, configFile()));
  const settings = once((): Settings => {
    return readRegistrySettings(host, configFile(), generalSettings().storeId);
  });
  const clock = { read: host.clock };
  const { sha256 } = host;
  const uniqueName = (): string => `${host.pid}-${host.monotonicNs()}`;
  const monotonicMs = (): number => Number(host.monotonicNs() / 1_000_000n);
  const folderOptions = {
    runtimeDir: host.env["XDG_RUNTIME_DIR"],
    temporaryDir: host.temporaryDir,
    platform: host.platform,
    uid: host.uid,
  };
  const folder = once(() => findPrivateFolder(folderOptions));
  const openFolder = (path: string): SecretStore => {
    const store = createPrivateFiles(path, host.uid, uniqueName, host.isRunning);
    return droppingWarmAnswers(store, (name) => name.startsWith(CURRENT));
  };
  const files = once(() => {
    const found = folder();
    return found && { ...found, store: openFolder(found.path) };
  });
  const openTurns = async (path: string, notes: SecretStore): Promise<Turns> => {
    const { createTurns } = await import("../system/locks.ts");
    return createTurns({ folder: path, uid: host.uid, notes, monotonic: monotonicMs });
  };
  const sessionTurns = once(async (): Promise<Turns> => {
    const found = files();
    return found ? openTurns(found.path, found.store) : { take: async () => undefined };
  });
  const turns: Turns = { take: async (name, patienceMs) => (await sessionTurns()).take(name, patienceMs) };
  const keychain = openKeychain(host, uniqueName, turns);
  const secrets = createLazyStore(() => openStore());
  /** Where API tokens and logins are kept, as DOCR_STORE says. */
  const openStore = async (): Promise<SecretStore> => {
    switch (generalSettings().store) {
      case "auto":
      case "keychain":
        return keychain;
      case "file": {
        const { createAgeVault, vaultFolder } = await import("../stores/age/vault.ts");
        const home = vaultFolder(host);
        // Beside the vault: a session, cron and ssh share it, but not a runtime directory.
        const vaultTurns = await openTurns(home, openFolder(home));
        return createAgeVault({ machine: host, turns: vaultTurns, uniqueName, isRunning: host.isRunning });
      }
      case "pass": {
        const { createPassStore } = await import("../stores/pass.ts");
        return createPassStore(host.env);
      }
    }
  };
  const apiTokens = createApiTokens(secrets);
  // Elsewhere a credential belongs in the keychain: the temporary directory of macOS is on disk, and Windows' files have no mode.
  const mintedFiles = () => (host.platform === "linux" ? files() : undefined);
  const openMinted = (store: SecretStore): MintedCredentials => createMintedCredentials(store, clock, sha256);
  const minted = once(() => {
    const { kept, marks, givenOut } = choosePlaces(settings().cache, mintedFiles(), secrets);
    return { kept: kept && openMinted(kept), marks: openMinted(marks), givenOut: openMinted(givenOut) };
  });
  /** The private files, where the launcher looks for them too. */
  const responseFiles = (): SecretStore | undefined => {
    if (host.platform !== "linux" || host.uid === undefined) return undefined;
    const path = responseFolder(host.env["XDG_RUNTIME_DIR"] ?? "", host.uid);
    return folder()?.path === path ? files()?.store : undefined;
  };
  const fallback = once((): string | undefined => {
    const name = generalSettings().fallback;
    const place = name === undefined ? undefined : responseFiles();
    if (name !== undefined && place) {
      // For the launcher, which then calls it directly; without the note it asks us each time.
      const note = fallbackNoteNameOf({ env: host.env, sha256 });
      if (note !== undefined) place.write(note, new Secret(name)).catch(() => undefined);
    }
    return name;
  });
  const background = once((): Background => {
    const found = folder();
    if (!found) return { renew: () => undefined, sweep: () => undefined };
    const now = (): number => host.clock().now;
    return createBackground({ folder: found.path, uid: host.uid, startSelf: host.startSelf, now });
  });
  const remarks: string[] = [];
  const notices = { warn: (text: string): void => void remarks.push(text) };
  const trace = createTrace(() => generalSettings().traceTarget, host);

  const openApi = async (
    budgetMs: number,
    { apiUrl, oauthUrl }: Pick<Settings, "apiUrl" | "oauthUrl">,
  ): Promise<RegistryApi & AccountApi> => {
    const { createApi } = await import("./bundles/network.ts");
    const userAgent = `${packageName}/${version}`;
    return createApi({ apiUrl, oauthUrl, env: host.env, budgetMs, userAgent, clock, trace });
  };

  const doctlMark = (): string | undefined => fingerprintDoctlConfig(host, sha256);
  const findInDoctl = async (context: string | undefined): Promise<ApiToken | undefined> => {
    const fingerprint = doctlMark();
    if (fingerprint === undefined) return undefined;
    const { findDoctlToken } = await import("../config/doctl.ts");
    return findDoctlToken(host, context, fingerprint);
  };

  const ports: HelperPorts = {
    settings,
    secrets,
    logins: createLogins(secrets),
    apiTokens,
    tokenSource: createTokenSource(apiTokens, { findInDoctl, doctlMark: async () => doctlMark() }),
    minted,
    everywhere: () =>
      [...listPrivateFolders(folderOptions).map((path) => openFolder(path)), secrets].map((store) =>
        openMinted(store),
      ),
    api: (budgetMs) => openApi(budgetMs, settings()),
    accountApi: (budgetMs) => openApi(budgetMs, settings()),
    // What was minted says itself where it is revoked.
    revoker: (budgetMs) => openApi(budgetMs, { apiUrl: "", oauthUrl: "" }),
    turns,
    warmAnswers: {
      async isWanted(serverUrl) {
        const place = responseFiles();
        const name = serverUrl === CACHED_SERVER_URL ? responseNameOf({ env: host.env, sha256 }) : undefined;
        return place !== undefined && name !== undefined && !(await place.read(name));
      },
      async offer(serverUrl, key, credential) {
        const place = serverUrl === CACHED_SERVER_URL ? responseFiles() : undefined;
        const kept = place && (await openMinted(place).read(key));
        // It may be kept elsewhere, and what lies here be of other settings.
        if (!place || kept?.secret.equals(credential.secret) !== true) return;
        const name = responseNameOf({ env: host.env, sha256 });
        const answer = encodeWarmAnswer(serverUrl, credential);
        if (name !== undefined && answer) await place.write(name, answer);
      },
    },
    background: {
      renew: (name, serverUrl) => background().renew(name, serverUrl),
      sweep: () => background().sweep(),
    },
    clock,
    monotonicMs,
    notices,
    trace,
    sha256,
  };
  return { ports, fallback, remarks };
}
