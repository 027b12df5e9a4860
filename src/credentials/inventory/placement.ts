import { HelperError } from "../../core/errors.ts";
import type { Clock } from "../../core/lifetime.ts";
import type { SecretStore } from "../../core/secret-store.ts";
import type { Sha256 } from "../../core/secret.ts";
import type { CacheSetting } from "../minting/settings.ts";
import { type AccessHints, createAccessHints } from "./access-hints.ts";
import { createCredentialCache, type CredentialCache } from "./credential-cache.ts";
import { createHeldCredentials, type HeldCredentials } from "./held.ts";
import { createInventory, type Inventory } from "./inventory.ts";
import { createLoginChecks, type LoginChecks } from "./login-checks.ts";
import { createRegistryNames, type RegistryNames } from "./registry-names.ts";

/** The store of each kind of record about minted credentials. */
export interface Placement {
  /** Undefined if docr caches nothing. */
  readonly cache: SecretStore | undefined;
  readonly inventory: SecretStore;
  /** For credentials of other holders, which may outlive the session. */
  readonly issuedLog: SecretStore;
}

/** The stores to choose from. */
export interface PlacementOptions {
  /** Files that only this user can read. `endsWithSession`: the system deletes them when the session ends. */
  readonly files: { readonly store: SecretStore; readonly endsWithSession: boolean } | undefined;
  /** The store of API tokens and logins. */
  readonly keychain: SecretStore;
  /** Uses `preferred` if it works, otherwise `other`. */
  readonly either: (preferred: SecretStore, other: SecretStore) => SecretStore;
}

/**
 * Chooses the stores. A minted credential is short-lived and should be where a cached `get` is fast: in the user's runtime directory,
 * or else in the keychain, or else in private files in another folder. Throws `bad-setting` if DOCR_CACHE names a missing place.
 */
export function placeCredentials(cache: CacheSetting, options: PlacementOptions): Placement {
  const { files, keychain, either } = options;
  const best = !files ? keychain : files.endsWithSession ? files.store : either(keychain, files.store);
  const logs = { inventory: best, issuedLog: files ? either(keychain, files.store) : keychain };
  switch (cache) {
    case undefined:
      return { cache: best, ...logs };
    case "keychain":
      return { cache: keychain, ...logs };
    case "none":
      return { cache: undefined, ...logs };
    case "runtime":
      if (files) return { cache: files.store, ...logs };
      throw new HelperError(
        "bad-setting",
        "DOCR_CACHE=runtime needs a directory that only this user can enter, such as XDG_RUNTIME_DIR",
      );
  }
}

/** The records about minted credentials in one store. */
export interface CredentialPlace {
  readonly cache: CredentialCache;
  readonly inventory: Inventory;
  readonly accessHints: AccessHints;
  readonly registryNames: RegistryNames;
  readonly loginChecks: LoginChecks;
  readonly held: HeldCredentials;
}

export function openPlace(store: SecretStore, clock: Clock, sha256: Sha256): CredentialPlace {
  return {
    cache: createCredentialCache(store, clock, sha256),
    inventory: createInventory(store, clock, sha256),
    accessHints: createAccessHints(store, clock, sha256),
    registryNames: createRegistryNames(store, clock),
    loginChecks: createLoginChecks(store, sha256),
    held: createHeldCredentials(store, clock),
  };
}

/** The place for new credentials and for the records about them. */
export interface CurrentPlace {
  /** Undefined if docr caches nothing. */
  readonly cache: CredentialCache | undefined;
  readonly inventory: Inventory;
  readonly accessHints: AccessHints;
  readonly registryNames: RegistryNames;
  readonly loginChecks: LoginChecks;
  readonly issuedLog: Inventory;
}

export function openPlacement(placement: Placement, clock: Clock, sha256: Sha256): CurrentPlace {
  const { cache, inventory, issuedLog } = placement;
  return {
    cache: cache && createCredentialCache(cache, clock, sha256),
    inventory: createInventory(inventory, clock, sha256),
    accessHints: createAccessHints(inventory, clock, sha256),
    registryNames: createRegistryNames(inventory, clock),
    loginChecks: createLoginChecks(inventory, sha256),
    issuedLog: createInventory(issuedLog, clock, sha256),
  };
}
