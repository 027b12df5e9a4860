import { isHelperError } from "../core/errors.ts";

/**
 * The work's result, or undefined where it failed. For caches and nothing else: one that cannot be read or
 * written costs a mint, never the answer, so that a runner without a keychain, or with a full disk, still pulls.
 */
export async function quietly<T>(work: () => Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await work();
  } catch {
    return undefined;
  }
}

/** The result of work that is done without where it fails; undefined then. A bug is still thrown. */
export async function unlessFailed<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isHelperError(error)) return undefined;
    throw error;
  }
}
