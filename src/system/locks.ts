import { closeSync, constants, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import type { Locks } from "../core/locks.ts";
import { makePrivateFolder } from "./private-folder.ts";

/** Pause between two attempts to acquire a lock. A random time of up to the same length is added. */
const POLL_MS = 10;
const SQLITE_BUSY = 5;

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

/** Opens or creates the lock's file. Returns undefined if that fails. */
function openLockFile(path: string): DatabaseSync | undefined {
  try {
    // SQLite itself would create the file with the umask's mode and follow a symlink.
    const { O_CREAT, O_RDWR, O_NOFOLLOW } = constants;
    closeSync(openSync(path, O_CREAT | O_RDWR | O_NOFOLLOW, 0o600));
    return new DatabaseSync(path, { timeout: 0 });
  } catch {
    return undefined;
  }
}

/** Tries to lock the file without waiting. */
function lockFile(database: DatabaseSync): "acquired" | "busy" | "impossible" {
  try {
    database.exec("BEGIN EXCLUSIVE");
    return "acquired";
  } catch (error) {
    const code = error instanceof Error && "errcode" in error ? Number(error.errcode) & 0xff : undefined;
    return code === SQLITE_BUSY ? "busy" : "impossible";
  }
}
