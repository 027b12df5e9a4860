import type { Machine } from "../../core/machine.ts";
import { pathLabel } from "../paths.ts";
import { backUpFile, listBackups } from "./backup.ts";
import { replaceFile, type Replaced } from "./replace.ts";
import { checkWritable, type FileSnapshot, takeSnapshot } from "./snapshot.ts";

/** Reading and changing the clients' files and docr's own. Every method throws `client-config`. */
export interface Files {
  /** Reads the file, following links. Throws if there is something that cannot be read as text. */
  open(path: string): FileSnapshot;
  /** Throws if the file cannot be replaced: it is read-only, or its folder is. */
  checkWritable(file: FileSnapshot): void;
  /** Replaces the text as a whole, or removes the file if `text` is undefined. Links, mode and owner stay. */
  replace(file: FileSnapshot, text: string | undefined): Replaced;
  /** Copies the snapshot, private to this user, without overwriting anything. Returns the copy's path. */
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
