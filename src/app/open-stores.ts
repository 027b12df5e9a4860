/** Opens the stores that the settings and the platform select. */
import type { GeneralSettings } from "../config/general.ts";
import { configHome, stateHome } from "../core/machine.ts";
import type { Locks } from "../core/locks.ts";
import type { SecretStore } from "../core/secret-store.ts";
import { succeeds } from "../credentials/best-effort.ts";
import {
  createCredentialCache,
  type CredentialCache,
  CURRENT,
} from "../credentials/inventory/credential-cache.ts";
import {
  type CredentialPlace,
  type CurrentPlace,
  openPlace,
  openPlacement,
  placeCredentials,
} from "../credentials/inventory/placement.ts";
import type { RegistrySettings } from "../credentials/minting/settings.ts";
import { invalidatingResponses } from "../response-cache/invalidate.ts";
import { responseFolder } from "../response-cache/shared/key.ts";
import { eraseOtherRegistryNotes } from "../response-cache/write-other-registry-note.ts";
import { eitherStore } from "../stores/either-store.ts";
import { filesOfHome, homeSuffixOf } from "../stores/home-files.ts";
import { createLoginMarker, type LoginMarker } from "../stores/login-marker.ts";
import { createPassStore } from "../stores/pass.ts";
import { withoutApiTokens } from "../protocol/child-environment.ts";
import { createPrivateFiles } from "../stores/private-files.ts";
import { DEFAULT_STATE_DIR, nodeFolder } from "../kubelet/state-dir.ts";
import { createLocks } from "../system/locks.ts";
import { isPrivateFolder } from "../system/private-folder.ts";
import {
  explainPlaces,
  findPrivateFolder,
  type FolderOptions,
  listPrivateFolders,
  type Place,
  type PrivateFolder,
} from "../system/private-places.ts";
import type { Host } from "./host.ts";

/** The store of API tokens and logins that DOCR_STORE selects. */
export async function openStore({ store }: GeneralSettings, host: Host): Promise<SecretStore> {
  switch (store) {
    case "auto":
    case "keychain": {
      const locks = openLocks(host, () => openSessionFiles(host)?.path);
      return (await import("./bundles/keychain.ts")).openKeychain(host, locks);
    }
    case "file": {
      const { createAgeVault, vaultFolder } = await import("../stores/age/vault.ts");
      return createAgeVault({
        machine: host,
        // The locks are in the vault's folder: a desktop session, cron and SSH share it, but not a runtime directory.
        locks: openLocks(host, () => vaultFolder(host)),
        uniqueName: host.uniqueName,
        isRunning: host.isRunning,
      });
    }
    case "pass":
      return createPassStore(withoutApiTokens(host.env), host.uid, host.tether);
  }
}

/** The file that says whether the store holds logins of other registries. Without it, launchers may run the fallback helper directly. */
export function openLoginMarker(host: Host): LoginMarker {
  const home = configHome(host);
  const path = home === undefined ? undefined : `${home}/docr/has-logins`;
  return createLoginMarker(path, () => eraseOtherRegistryNotes(openAllFiles(host).map(({ store }) => store)));
}

function folderOptionsOf(host: Host): FolderOptions {
  const { env, temporaryDir, platform, uid } = host;
  return { runtimeDir: env["XDG_RUNTIME_DIR"], temporaryDir, stateHome: stateHome(host), platform, uid };
}

/** Where docr tried to put private files, and why it could not. The last place is usable, unless there is none. */
export function describeSessionPlaces(host: Host): readonly Place[] {
  return explainPlaces(folderOptionsOf(host));
}

/** Private files for credentials and notes. */
export interface SessionFiles extends PrivateFolder {
  readonly store: SecretStore;
  /** The part for this home's credentials and the notes about them. */
  readonly credentials: SecretStore;
  /** The suffix of this home's file names. Empty if no other home uses the folder. */
  readonly homeSuffix: string;
}

/** Returns undefined if this machine has no place for private files. */
export function openSessionFiles(host: Host): SessionFiles | undefined {
  const folder = findPrivateFolder(folderOptionsOf(host));
  return folder && openFiles(folder, host);
}

/**
 * The files in a private folder. Changing a credential invalidates the cached responses in the same folder. Outside a runtime
 * directory, all homes of one user id share the folder, but each has its own credentials there.
 */
function openFiles(folder: PrivateFolder, host: Host): SessionFiles {
  const files = createPrivateFiles(folder.path, host.uid, host.uniqueName, host.isRunning);
  const store = invalidatingResponses(files, CURRENT);
  if (folder.endsWithSession) return { ...folder, store, credentials: store, homeSuffix: "" };
  const homeSuffix = homeSuffixOf(host.env["HOME"] ?? "", host.sha256);
  return { ...folder, store, credentials: filesOfHome(store, homeSuffix), homeSuffix };
}

function openAllFiles(host: Host): readonly SessionFiles[] {
  return listPrivateFolders(folderOptionsOf(host)).map((folder) => openFiles(folder, host));
}

/** The private files of every session, for this home. Only on Linux does a user have more than those of this session. */
export function openRefusalFiles(host: Host, files: SessionFiles | undefined): readonly SecretStore[] {
  const all = host.platform === "linux" ? openAllFiles(host) : files ? [files] : [];
  return all.map(({ credentials }) => credentials);
}

/** The private files if the launcher reads this folder. Otherwise undefined. */
export function openResponseFiles(host: Host, files: SessionFiles | undefined): SecretStore | undefined {
  if (host.platform !== "linux" || host.uid === undefined) return undefined;
  const path = responseFolder(host.env["XDG_RUNTIME_DIR"] ?? "", host.uid);
  return files?.path === path ? files.store : undefined;
}

/** The credentials that are cached in the private files. */
export function openSessionCache(host: Host, files: SessionFiles | undefined): CredentialCache | undefined {
  return files && createCredentialCache(files.credentials, { read: host.clock }, host.sha256);
}

/** The place for new credentials that DOCR_CACHE and the platform select. */
export function openCurrentPlace(
  { cache }: Pick<RegistrySettings, "cache">,
  host: Host,
  sessionFiles: SessionFiles | undefined,
  store: SecretStore,
): CurrentPlace {
  // On other platforms, credentials belong in the keychain: the temporary directory of macOS is on disk, and Windows files have no mode.
  const files =
    host.platform === "linux" && sessionFiles
      ? { store: sessionFiles.credentials, endsWithSession: sessionFiles.endsWithSession }
      : undefined;
  const placement = placeCredentials(cache, { files, keychain: store, either: eitherStore });
  return openPlacement(placement, { read: host.clock }, host.sha256);
}

/** Whether docr can record what it mints. Where there are no private files for credentials, it needs the store. */
export async function canRecordMinted(
  { platform }: Host,
  files: SessionFiles | undefined,
  store: SecretStore,
): Promise<boolean> {
  return (platform === "linux" && files !== undefined) || succeeds(() => store.read(CURRENT));
}

/** Every place where docr may have stored credentials, with these or earlier settings. `stateDir` is that of `docr kubelet`. */
export function openAllPlaces(
  host: Host,
  store: SecretStore,
  stateDir = DEFAULT_STATE_DIR,
): readonly CredentialPlace[] {
  const files = openAllFiles(host).map(({ credentials }) => credentials);
  const places = [...files, store].map((one) => openPlace(one, { read: host.clock }, host.sha256));
  const ofNode = openNodePlace(host, stateDir);
  return ofNode ? [...places, ofNode] : places;
}

/** The place of `docr kubelet`. Undefined if it does not exist, or if it belongs to another user. */
export function openNodePlace(host: Host, stateDir: string): CredentialPlace | undefined {
  const { uid, uniqueName, isRunning, sha256 } = host;
  const folder = nodeFolder(stateDir);
  if (!isPrivateFolder(folder, uid)) return undefined;
  return openPlace(createPrivateFiles(folder, uid, uniqueName, isRunning), { read: host.clock }, sha256);
}

const CACHE_KEY = /^[0-9a-f]{64}$/;

/** The locks in the private files. A lock for one cached credential is for this home's, as the credential is. */
export function openSessionLocks(host: Host, files: () => SessionFiles | undefined): Locks {
  const locks = openLocks(host, () => files()?.path);
  return {
    acquire(name, timeoutMs) {
      const suffix = CACHE_KEY.test(name) ? (files()?.homeSuffix ?? "") : "";
      return locks.acquire(name + suffix, timeoutMs);
    },
  };
}

export function openLocks({ uid, monotonicMs }: Host, folder: () => string | undefined): Locks {
  return createLocks({ folder, uid, monotonicMs });
}
