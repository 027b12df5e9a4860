import { HelperError } from "../../core/errors.ts";
import { eitherStore } from "../../stores/either-store.ts";
import type { SecretStore } from "../../core/secret-store.ts";
import type { CacheSetting } from "../minting/settings.ts";

/** Which store holds what of the credentials that we mint. */
export interface Places<T> {
  /** Where credentials are kept; undefined where they are not to be kept. */
  readonly kept: T | undefined;
  /** Where the inventory goes. */
  readonly marks: T;
  /** Where it is noted what a person was given: that may live longer than the session. */
  readonly givenOut: T;
}

/** Files that only this user can read; `isOfSession` where they go at logout. */
export interface Files {
  readonly store: SecretStore;
  readonly isOfSession: boolean;
}

/**
 * A minted credential is short-lived and belongs where a warm `get` is fast: in the user's runtime directory where
 * there is one, else in the keychain, else in what private files there are. Throws `bad-setting` where
 * DOCR_CACHE names what is not there.
 */
export function choosePlaces(
  cache: CacheSetting,
  files: Files | undefined,
  keychain: SecretStore,
): Places<SecretStore> {
  const marks = chooseBest(files, keychain);
  const givenOut = files ? eitherStore(keychain, files.store) : keychain;
  switch (cache) {
    case undefined:
      return { kept: marks, marks, givenOut };
    case "keychain":
      return { kept: keychain, marks, givenOut };
    case "none":
      return { kept: undefined, marks, givenOut };
    case "runtime":
      if (files) return { kept: files.store, marks, givenOut };
      throw new HelperError(
        "bad-setting",
        "DOCR_CACHE=runtime needs a directory that only this user can enter, such as XDG_RUNTIME_DIR",
      );
  }
}

function chooseBest(files: Files | undefined, keychain: SecretStore): SecretStore {
  if (!files) return keychain;
  return files.isOfSession ? files.store : eitherStore(keychain, files.store);
}
