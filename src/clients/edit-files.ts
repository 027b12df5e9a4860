import { accessSync, constants, readdirSync, statSync } from "node:fs";
import { basename, delimiter, dirname, join } from "node:path";
import type { Machine } from "../config/machine.ts";
import type { Files } from "../people/ports.ts";
import { checkWritable, openToEdit, replaceFile } from "./edit-file.ts";
import { BACKUP, backUp } from "./edit-write.ts";
import { shownPath } from "./places.ts";

export function createFiles(machine: Machine): Files {
  return {
    open: (path) => openToEdit(path, shownPath(path, machine)),
    checkWritable,
    replace: replaceFile,
    backUp,
    backupsOf: (path) =>
      namesIn(dirname(path))
        .filter((name) => name.startsWith(basename(path) + BACKUP))
        .map((name) => join(dirname(path), name)),
    list: namesIn,
    hasProgram: (...names) => names.some((name) => isOnPath(name, machine)),
  };
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).toSorted();
  } catch {
    return [];
  }
}

function isOnPath(name: string, { env, platform }: Machine): boolean {
  const file = platform === "win32" ? `${name}.exe` : name;
  const folders = (env["PATH"] ?? env["Path"] ?? "").split(delimiter);
  return folders.some((folder) => folder !== "" && isExecutable(join(folder, file)));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
