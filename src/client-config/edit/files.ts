import type { Machine } from "../../core/machine.ts";
import { pathLabel } from "../paths.ts";
import { backUpFile, listBackups } from "./backup.ts";
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
  /** Copies the snapshot to a file that is private to this user, without overwriting a file. Returns the copy's path. */
  backUp(file: FileSnapshot): string;
  /** The paths of the copies that `backUp` made. */
  backupsOf(path: string): readonly string[];
}

export function createFiles(machine: Machine): Files {
  return {
    open: (path) => takeSnapshot(path, pathLabel(path, machine)),
    checkWritable,
    replace: replaceFile,
    backUp: backUpFile,
    backupsOf: listBackups,
  };
}
