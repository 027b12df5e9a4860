import { resolve } from "node:path";
import { HelperError } from "../../core/errors.ts";
import type { Locks } from "../../core/locks.ts";
import type { Machine } from "../../core/machine.ts";
import { isBehindForeignLink } from "../../system/owners.ts";
import { pathLabel } from "../paths.ts";
import { backUpFile, type Backup, listBackups } from "./backup.ts";
import { replaceFile, type Replaced } from "./replace.ts";
import { checkWritable, type FileSnapshot, takeSnapshot } from "./snapshot.ts";

/** Reads and changes the clients' files and docr's own. Every method throws `client-config`. */
export interface Files {
  /** Reads the file, following links. Throws if the path exists but cannot be read as text. */
  open(path: string): FileSnapshot;
  /** Throws if the file or its folder is read-only, or if it is behind another user's link. */
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
  /** Every change follows links. Root must not change a file for a user who could not. */
  const checked = (file: FileSnapshot): FileSnapshot => {
    if (!isBehindForeignLink(resolve(file.path), machine.uid)) return file;
    throw new HelperError("client-config", `${file.label} is behind a link to a file of another user`, {
      hint: "nothing was changed; run docr as the owner of the link, without sudo",
    });
  };
  return {
    open: (path) => takeSnapshot(path, pathLabel(path, machine)),
    checkWritable: (file) => checkWritable(checked(file)),
    replace: (file, text) => replaceFile(checked(file), text),
    backUp: (file) => backUpFile(checked(file)),
    backupsOf: listBackups,
    async exclusively(work) {
      // Without the lock, each file still changes only if no other program has changed it.
      using _ = await locks.acquire("clients", LOCK_TIMEOUT_MS);
      return await work();
    },
  };
}
