import type { Locks } from "../core/locks.ts";
import { makePrivateFolder } from "./private-folder.ts";

/** Between two attempts at a lock that another process holds, plus as much again at random. */
const POLL_MS = 10;

export interface LocksOptions {
  /** Undefined where this machine has no place for locks: every process goes on without. */
  readonly folder: () => string | undefined;
  readonly uid: number | undefined;
  /** Milliseconds on a clock that all processes of this machine share and that cannot be set. */
  readonly monotonicMs: () => number;
}

/**
 * Locks are SQLite's exclusive lock on an empty database: an OS lock, which ends with its process on every platform. Node
 * has no file lock, and lock files with a heartbeat (proper-lockfile) block the next process for 2 s after a crash.
 */
export function createLocks({ folder, uid, monotonicMs }: LocksOptions): Locks {
  return {
    async acquire(name, timeoutMs) {
      const since = monotonicMs();
      const path = folder();
      if (path === undefined || !makePrivateFolder(path, uid)) return undefined;
      const { openLockFile, lockFile } = await import("./sqlite-lock.ts");
      const database = openLockFile(`${path}/${lockFileName(name)}`);
      if (!database) return undefined;
      let waitedSince: number | undefined;
      for (;;) {
        const outcome = lockFile(database);
        if (outcome === "acquired") return { waitedSince, [Symbol.dispose]: () => database.close() };
        if (outcome === "impossible" || monotonicMs() - since > timeoutMs) {
          database.close();
          return undefined;
        }
        waitedSince = since;
        await new Promise((resolve) => setTimeout(resolve, POLL_MS * (1 + Math.random())));
      }
    },
  };
}

/** The file of a lock in the private folder. Two versions of docr must agree on it. */
export function lockFileName(name: string): string {
  return `turn-${name}`;
}
