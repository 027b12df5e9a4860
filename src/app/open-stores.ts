/** Which store the settings and the platform mean. */
import type { GeneralSettings } from "../config/general.ts";
import { HelperError } from "../core/errors.ts";
import type { Locks, SharedFailures } from "../core/locks.ts";
import type { SecretStore } from "../core/secret-store.ts";
import { CURRENT } from "../credentials/inventory/credential-cache.ts";
import { LOGIN } from "../credentials/stored-logins.ts";
import { invalidatingResponses } from "../response-cache/invalidate.ts";
import { responseFolder } from "../response-cache/shared/key.ts";
import { createKeychain } from "../stores/keychain/keychain.ts";
import { withNameIndex } from "../stores/keychain/name-index.ts";
import { createSerializedStore } from "../stores/keychain/serialized.ts";
import { loadKeytar } from "../stores/keychain/keytar.ts";
import { hasSessionBus } from "../stores/keychain/session-bus.ts";
import { createPassStore } from "../stores/pass.ts";
import { createPrivateFiles } from "../stores/private-files.ts";
import { splitLongValues } from "../stores/split-values.ts";
import { findPrivateFolder, type FolderOptions } from "../system/private-folder.ts";
import type { Host } from "./host.ts";

const KEYCHAIN_TIMEOUT_MS = 5_000;
const WINDOWS_SECRET_LIMIT_BYTES = 2_560;

/** Opens the locks of a folder. */
export type OpenLocks = (folder: string) => Promise<Locks>;

export interface StorePorts {
  readonly locks: Locks;
  readonly failures: SharedFailures;
  readonly openLocks: OpenLocks;
  readonly uniqueName: () => string;
}

/** The store of API tokens and logins, as DOCR_STORE says. */
export async function openStore(
  { store }: GeneralSettings,
  host: Host,
  ports: StorePorts,
): Promise<SecretStore> {
  const { openLocks, uniqueName } = ports;
  switch (store) {
    case "auto":
    case "keychain":
      return openKeychain(host, ports);
    case "file": {
      const { createAgeVault, vaultFolder } = await import("../stores/age/vault.ts");
      return createAgeVault({
        machine: host,
        // In the vault's folder: a desktop session, cron and SSH share it, but not a runtime directory.
        locks: await openLocks(vaultFolder(host)),
        uniqueName,
        isRunning: host.isRunning,
      });
    }
    case "pass":
      return createPassStore(host.env);
  }
}

/** The OS keychain with what each platform needs around it. keytar is loaded at the first use. */
function openKeychain(host: Host, { locks, failures, uniqueName }: StorePorts): SecretStore {
  const keychain = createKeychain({
    load: async () => {
      if (host.keytar) return host.keytar;
      if (!hasSessionBus(host)) {
        throw new HelperError("keychain-missing", "there is no keychain in this session");
      }
      return loadKeytar(host);
    },
    deadlineMs: KEYCHAIN_TIMEOUT_MS,
    mayHideLocked: host.platform === "linux",
    pendingCalls: host.pendingCalls,
  });
  if (host.platform === "linux") {
    const index = { prefix: LOGIN, now: () => host.clock().now, createSearchId: uniqueName };
    return createSerializedStore(withNameIndex(keychain, index), locks, failures);
  }
  if (host.platform !== "win32") return keychain;
  const createId = (): string => host.sha256(uniqueName()).slice(0, 16);
  return splitLongValues(keychain, WINDOWS_SECRET_LIMIT_BYTES, createId);
}

/** Where private files may be on this machine. */
export function folderOptionsOf({ env, temporaryDir, platform, uid }: Host): FolderOptions {
  return { runtimeDir: env["XDG_RUNTIME_DIR"], temporaryDir, platform, uid };
}

/** Private files for credentials and notes. */
export interface SessionFiles {
  readonly path: string;
  readonly store: SecretStore;
  /** Whether they vanish at the end of the session. */
  readonly isOfSession: boolean;
}

/** Undefined where this machine has no place for private files. */
export function openSessionFiles(host: Host, uniqueName: () => string): SessionFiles | undefined {
  const folder = findPrivateFolder(folderOptionsOf(host));
  return folder && { ...folder, store: openFiles(folder.path, host, uniqueName) };
}

/** The files in a private folder. A change of a credential invalidates the cached responses in the same folder. */
export function openFiles(path: string, host: Host, uniqueName: () => string): SecretStore {
  const files = createPrivateFiles(path, host.uid, uniqueName, host.isRunning);
  return invalidatingResponses(files, (name) => name.startsWith(CURRENT));
}

/** The private files, where the launcher reads them too. */
export function openResponseFiles(host: Host, files: SessionFiles | undefined): SecretStore | undefined {
  if (host.platform !== "linux" || host.uid === undefined) return undefined;
  const path = responseFolder(host.env["XDG_RUNTIME_DIR"] ?? "", host.uid);
  return files?.path === path ? files.store : undefined;
}

/** The private files for minted credentials. Elsewhere they belong in the keychain: macOS has its temporary directory on disk, and files on Windows have no mode. */
export function filesForCredentials(host: Host, files: SessionFiles | undefined): SessionFiles | undefined {
  return host.platform === "linux" ? files : undefined;
}
