/** Locks one file. A separate module, so that a `get` that needs no lock does not load SQLite. */
import { closeSync, constants, openSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

const SQLITE_BUSY = 5;

/** Opens or creates the lock's file. Returns undefined if that fails. */
export function openLockFile(path: string): DatabaseSync | undefined {
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
export function lockFile(database: DatabaseSync): "acquired" | "busy" | "impossible" {
  try {
    database.exec("BEGIN EXCLUSIVE");
    return "acquired";
  } catch (error) {
    const code = error instanceof Error && "errcode" in error ? Number(error.errcode) & 0xff : undefined;
    return code === SQLITE_BUSY ? "busy" : "impossible";
  }
}
