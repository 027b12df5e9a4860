import type { Locks } from "../../core/locks.ts";
import type { Machine } from "../../core/machine.ts";
import { pathLabel } from "../paths.ts";
import { backUpFile, type Backup, listBackups } from "./backup.ts";
import { replaceFile, type Replaced } from "./replace.ts";
import { checkWritable, type FileSnapshot, takeSnapshot } from "./snapshot.ts";

/** Reads and changes the clients' files and docr's own. Every method throws `client-config`. */
export interface Files {
  /** Reads the file, following links. Throws if the path exists but cannot be read as text. */
  open(path: string): FileSnapshot;
  /** Throws if the file or its folder is read-only. */
  checkWritable(file: FileSnapshot): void;
  /** Replaces the whole text, or removes the file if `text` is undefined. Preserves links, mode and owner. */
  replace(file: FileSnapshot, text: string | undefined): Replaced;
  /** Copies the snapshot to a file that is private to this user, without overwriting a file. */
  backUp(file: FileSnapshot): Backup;
  /** The paths of the copies that `backUp` made. */
  backupsOf(path: string): readonly string[];
  /** Runs the work while no other docr process of this session does the same. Not reentrant. */
  exclusively<T>(work: () => Promise<T>): Promise<T>;
}

/** How long to wait for another process. Its work takes milliseconds. */
const LOCK_TIMEOUT_MS = 10_000;

export function createFiles(machine: Machine, locks: Locks): Files {
  return {
    open: (path) => takeSnapshot(path, pathLabel(path, machine)),
    checkWritable,
    replace: replaceFile,
    backUp: backUpFile,
    backupsOf: listBackups,
    async exclusively(work) {
      // Without the lock, each file still changes only if no other program has changed it.
      using _ = await locks.acquire("clients", LOCK_TIMEOUT_MS);
      return await work();
    },
  };
}
