import type { Locks } from "../core/locks.ts";
import { makePrivateFolder } from "./private-folder.ts";

/** Pause between two attempts to acquire a lock. A random time of up to the same length is added. */
const POLL_MS = 10;

export interface LocksOptions {
  /** Returns undefined if this machine has no place for locks. Every process then continues without them. */
  readonly folder: () => string | undefined;
  readonly uid: number | undefined;
  /** Milliseconds of a monotonic clock that all processes of this machine share. */
  readonly monotonicMs: () => number;
}

/**
 * Each lock is SQLite's exclusive lock on an empty database. It is an OS lock, so the OS releases it when its process ends, on
 * every platform. Node has no file locks. Lock files with a heartbeat (proper-lockfile) block the next process for 2 s after a crash.
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

/** The name of a lock's file in the private folder. All versions of docr must use the same name. */
export function lockFileName(name: string): string {
  return `turn-${name}`;
}
