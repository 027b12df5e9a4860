import { isHelperError } from "../core/errors.ts";

/**
 * Returns the work's result, or undefined if it fails in any way. Only for caches: if a cache cannot be read or written, docr mints
 * once more. A CI runner without a keychain or with a full disk can therefore still pull.
 */
export async function bestEffort<T>(work: () => Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await work();
  } catch {
    return undefined;
  }
}

/** Whether the work succeeds. */
export async function succeeds(work: () => Promise<unknown> | undefined): Promise<boolean> {
  try {
    await work();
    return true;
  } catch {
    return false;
  }
}

/** Returns the work's result, or undefined on a HelperError. Rethrows any other error. */
export async function undefinedIfFailed<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isHelperError(error)) return undefined;
    throw error;
  }
}
