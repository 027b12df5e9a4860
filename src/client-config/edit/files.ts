import { readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Machine } from "../../core/machine.ts";
import type { Files } from "../../commands/ports.ts";
import { parseClientFile } from "../client-file.ts";
import { defaultStore } from "../docker.ts";
import { checkWritable, openToEdit, replaceFile } from "./replace.ts";
import { withoutMark } from "./json.ts";
import { BACKUP, backUp } from "./backup.ts";
import { shownPath } from "../paths.ts";
import { hasProgram } from "../../system/executables.ts";
import { readCredentialHelpers } from "../registries-conf.ts";

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
    hasProgram: (...names) => names.some((name) => hasProgram(name, machine)),
    defaultStore: ({ text = "", shown }) => defaultStore(parseClientFile(withoutMark(text), shown), machine),
    podmanHelpers: () => readCredentialHelpers(machine).names,
  };
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).toSorted();
  } catch {
    return [];
  }
}
