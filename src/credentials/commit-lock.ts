import type { Lock, Locks } from "../core/locks.ts";

/** The lock's name in the private folder. All versions of docr must use the same name. */
export const COMMIT_LOCK = "keeping";
/** Writing under the lock takes only a few milliseconds. A process that stands still loses the lock after 3 s. */
const TIMEOUT_MS = 3_500;

/**
 * Runs the work under the commit lock. A mint saves its credential under this lock, and a logout deletes credentials under it.
 * Otherwise a mint could save its credential after a logout. If the lock cannot be acquired, the work runs anyway; `lock` is then
 * undefined.
 */
export async function underCommitLock<T>(
  locks: Locks,
  work: (lock: Lock | undefined) => Promise<T>,
): Promise<T> {
  using lock = await locks.acquire(COMMIT_LOCK, TIMEOUT_MS);
  return await work(lock);
}
