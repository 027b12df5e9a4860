import { isHelperError } from "../core/errors.ts";

/**
 * The work's result, or undefined if it fails in any way. For caches alone: a cache that cannot be read or written
 * costs a mint, never the response, so that a CI runner without a keychain or with a full disk still pulls.
 */
export async function bestEffort<T>(work: () => Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await work();
  } catch {
    return undefined;
  }
}

/** The work's result, or undefined on a HelperError. Rethrows anything else. */
export async function undefinedIfFailed<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isHelperError(error)) return undefined;
    throw error;
  }
}
