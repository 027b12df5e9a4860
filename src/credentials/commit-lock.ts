import type { Locks } from "../core/locks.ts";

/** The lock's name in the private folder. Two versions of docr must agree on it. */
export const COMMIT_LOCK = "keeping";
/** What a process writes under the lock takes some milliseconds. */
const TIMEOUT_MS = 2_000;

/**
 * Runs the work under the commit lock: saving what was minted, and forgetting it at a logout. Without the lock, a mint
 * that is under way would save its credential after the logout. `work` learns whether the lock is held; it runs anyway.
 */
export async function underCommitLock<T>(locks: Locks, work: (isHeld: boolean) => Promise<T>): Promise<T> {
  using lock = await locks.acquire(COMMIT_LOCK, TIMEOUT_MS);
  return await work(lock !== undefined);
}
