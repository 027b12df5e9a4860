import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  lstatSync,
  openSync,
  type Stats,
  unlinkSync,
  utimesSync,
} from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { errorCodeOf } from "./errno.ts";

const SQLITE_BUSY = 5;
const MODE = 0o600;

/**
 * A lock: SQLite's exclusive lock on an empty database. It is an OS lock, so the OS releases it when its process ends, on every
 * platform. Node has no file locks.
 */
export interface LockFile extends Disposable {
  /** Tries to lock the file without waiting. */
  tryLock(): "acquired" | "busy" | "impossible";
  /** Whether this file still has its name. If not, another process has removed it to take the lock from its holder. */
  isCurrent(): boolean;
  /** Removes the file if it is current. Best effort. */
  remove(): void;
  /** The holder calls it regularly, to show the other processes that it makes progress. */
  showProgress(): void;
  /** Differs from the last value if the holder has shown progress in between. Undefined if the file is not current. */
  progress(): number | undefined;
}

/** Opens or creates the file. Returns undefined if that fails. */
export function openLockFile(path: string): LockFile | undefined {
  try {
    createIfMissing(path);
    const { ino } = lstatSync(path);
    const database = new DatabaseSync(path, { timeout: 0 });
    const stats = () => {
      const now = statOf(path);
      return now?.ino === ino ? now : undefined;
    };
    return {
      tryLock: () => lock(database),
      isCurrent: () => stats() !== undefined,
      remove: () => bestEffort(() => stats() && unlinkSync(path)),
      // Does not open the file: POSIX releases a process's lock when the process closes any descriptor of the file.
      showProgress: () => bestEffort(() => stats() && utimesSync(path, Date.now() / 1000, Date.now() / 1000)),
      progress: () => stats()?.mtimeMs,
      [Symbol.dispose]: () => database.close(),
    };
  } catch {
    return undefined;
  }
}

/** SQLite itself would create the file with the umask's mode and follow a symlink. */
function createIfMissing(path: string): void {
  try {
    const { O_CREAT, O_EXCL, O_RDWR } = constants;
    const fd = openSync(path, O_CREAT | O_EXCL | O_RDWR, MODE);
    try {
      fchmodSync(fd, MODE);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    if (errorCodeOf(error) !== "EEXIST") throw error;
    const stats = lstatSync(path);
    if (!stats.isFile()) throw error;
    // An earlier version left the mode to the umask.
    if ((stats.mode & 0o777) !== MODE) chmodSync(path, MODE);
  }
}

function lock(database: DatabaseSync): "acquired" | "busy" | "impossible" {
  try {
    database.exec("BEGIN EXCLUSIVE");
    return "acquired";
  } catch (error) {
    const code = error instanceof Error && "errcode" in error ? Number(error.errcode) & 0xff : undefined;
    return code === SQLITE_BUSY ? "busy" : "impossible";
  }
}

function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}

function bestEffort(work: () => unknown): void {
  try {
    work();
  } catch {
    // Another process removes the file at the same time, or the system forbids it.
  }
}
