import { HelperError } from "../errors.ts";
import type { SecretStore } from "./ports.ts";
import type { CacheSetting } from "./settings.ts";

/** Which store holds what of the credentials that we mint. */
export interface Places<T> {
  /** Where credentials are kept; undefined where they are not to be kept. */
  readonly kept: T | undefined;
  /** Where the marks of minted secrets go. */
  readonly marks: T;
  /** Every place where this or earlier settings may have left any. */
  readonly everywhere: readonly T[];
}

/**
 * A minted credential is short-lived and belongs where a warm `get` is fast: in the user's runtime directory
 * where there is one, else in the keychain. Throws `bad-setting` where DOCR_CACHE names what is not there.
 */
export function choosePlaces(
  cache: CacheSetting,
  runtime: SecretStore | undefined,
  keychain: SecretStore,
): Places<SecretStore> {
  const marks = runtime ?? keychain;
  const everywhere = runtime ? [runtime, keychain] : [keychain];
  switch (cache) {
    case undefined:
      return { kept: marks, marks, everywhere };
    case "keychain":
      return { kept: keychain, marks, everywhere };
    case "none":
      return { kept: undefined, marks, everywhere };
    case "runtime":
      if (runtime) return { kept: runtime, marks, everywhere };
      throw new HelperError(
        "bad-setting",
        "DOCR_CACHE=runtime needs XDG_RUNTIME_DIR to name a directory of this user's own, closed to others",
      );
  }
}
