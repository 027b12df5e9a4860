import { readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Machine } from "../config/machine.ts";
import type { Files } from "../people/ports.ts";
import { parseClientFile } from "./client-file.ts";
import { defaultStore } from "./docker-steps.ts";
import { checkWritable, openToEdit, replaceFile } from "./edit-file.ts";
import { withoutMark } from "./edit-json.ts";
import { BACKUP, backUp } from "./edit-write.ts";
import { shownPath } from "./places.ts";
import { hasProgram } from "./programs.ts";
import { readCredentialHelpers } from "./registries-conf.ts";

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
