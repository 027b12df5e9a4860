/** Reads the clients' files from disk, or as they will be after planned edits. */
import { readdirSync } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { HelperError } from "../core/errors.ts";
import { LARGEST_CLIENT_FILE_KIB } from "./edit/snapshot.ts";
import { errorCodeOf, isAbsence } from "../system/errno.ts";
import { readTextIfPresent } from "../system/regular-file.ts";

export interface ClientTexts {
  /** Returns the file's text, or undefined if it is missing. `label` names the file in errors. Throws `client-config`. */
  read(path: string, label: string): string | undefined;
  /** Returns the paths of the folder's `*.conf` files, sorted by name. Empty if the folder is absent. Throws `client-config`, as podman fails. */
  dropIns(folder: string): readonly string[];
}

export const ON_DISK: ClientTexts = {
  read(path, label) {
    return readTextIfPresent(
      path,
      { limitKib: LARGEST_CLIENT_FILE_KIB },
      (reason, cause) => new HelperError("client-config", `cannot read ${label} (${reason})`, { cause }),
    );
  },
  dropIns(folder) {
    try {
      return sorted(readdirSync(folder).map((name) => `${folder}/${name}`));
    } catch (error) {
      if (isAbsence(error)) return [];
      const code = errorCodeOf(error) ?? "unknown";
      throw new HelperError("client-config", `cannot read the folder ${folder} (${code})`, { cause: error });
    }
  },
};

/** Returns the files as they will be. `texts` maps absolute paths to new texts; undefined means that the file will be removed. */
export function withEdits(texts: ReadonlyMap<string, string | undefined>): ClientTexts {
  return {
    read: (path, label) => (texts.has(resolve(path)) ? texts.get(resolve(path)) : ON_DISK.read(path, label)),
    dropIns(folder) {
      const added = [...texts.keys()].filter((path) => dirname(path) === resolve(folder));
      const names = added.map((path) => `${folder}/${basename(path)}`);
      return sorted([...new Set([...ON_DISK.dropIns(folder), ...names])]);
    },
  };
}

function sorted(paths: readonly string[]): readonly string[] {
  return paths.filter((path) => path.endsWith(".conf")).toSorted();
}
