import {
  closeSync,
  constants,
  fchmodSync,
  lstatSync,
  openSync,
  readdirSync,
  renameSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { HelperError } from "../core/errors.ts";
import type { SecretStore } from "../core/secret-store.ts";
import { Secret } from "../core/secret.ts";
import { isPrivateFolder, makePrivateFolder, readPrivateFile } from "../system/private-folder.ts";

const NAME = /^[a-z0-9-]{1,100}$/;
/** Turns, marks and notes of single entries: each API token and each setting has names of its own, so they grow in number. */
const PASSING = /^(?:turn|failure|renewal|fallback)-[0-9a-f]{64}$/;
/** No credential lives longer, so nobody waits for an entry's turn or note after that. Milliseconds. */
const KEPT_MS = 30 * 24 * 3600 * 1000;
/** What a write makes first, and leaves behind where it was killed. */
const UNFINISHED = /^\.new-(\d+)-\d+$/;

/**
 * Files in a folder that only this user can enter. Owner, mode and kind are checked on the open file each time and
 * no symlink is followed; whatever is not as we leave it counts as not there, and the next write puts a new file
 * in its place. `uniqueSuffix` starts with this process's number.
 */
export function createPrivateFiles(
  folder: string,
  uid: number | undefined,
  uniqueSuffix: () => string,
  isRunning: (pid: number) => boolean,
): SecretStore {
  const readName = (name: string): Secret | undefined => {
    if (!isPrivateFolder(folder, uid)) return undefined;
    const text = readPrivateFile(`${folder}/${name}`, uid);
    return text === undefined ? undefined : new Secret(text);
  };
  return {
    async read(name) {
      return readName(name);
    },
    async write(name, value) {
      if (!NAME.test(name)) throw new TypeError("not a name for a private file");
      if (!makePrivateFolder(folder, uid)) {
        throw new HelperError(
          "keychain-failed",
          "the folder for short-lived credentials is not this user's own",
        );
      }
      removeUnfinished(folder, isRunning);
      replaceFile(`${folder}/${name}`, value.reveal(), `${folder}/${unfinishedName(uniqueSuffix())}`);
    },
    async erase(name) {
      return isPrivateFolder(folder, uid) && removeFile(`${folder}/${name}`);
    },
    async entries(...prefixes) {
      const found = new Map<string, Secret>();
      if (!isPrivateFolder(folder, uid)) return found;
      for (const name of readdirSync(folder)) {
        const value =
          NAME.test(name) && prefixes.some((prefix) => name.startsWith(prefix)) ? readName(name) : undefined;
        if (value) found.set(name, value);
      }
      return found;
    },
  };
}

/** Whole or not at all: readers see the old file or the new one. */
export function replaceFile(path: string, text: string, temporary: string): void {
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
  const fd = openSync(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  try {
    try {
      fchmodSync(fd, 0o600); // whatever the umask took away
      writeFileSync(fd, text);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, path);
  } catch (error) {
    removeFile(temporary);
    throw error;
  }
}

/** A name for what is being written, which `removeUnfinished` knows; `unique` starts with this process's number. */
export function unfinishedName(unique: string): string {
  return `.new-${unique}`;
}

/** Drops what processes left in the folder that were killed while they wrote, and what nobody has used for a month. */
export function removeUnfinished(folder: string, isRunning: (pid: number) => boolean): void {
  const now = Date.now();
  for (const name of namesIn(folder)) {
    const path = `${folder}/${name}`;
    if (PASSING.test(name) && isOld(path, now)) removeFile(path);
    const pid = Number(UNFINISHED.exec(name)?.[1] ?? Number.NaN);
    if (pid > 0 && !isRunning(pid)) removeFile(path);
  }
}

/** A clock that was set forward costs a turn's file at most, and so a mint where one is being made just then. */
function isOld(path: string, now: number): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats !== undefined && now - stats.mtimeMs > KEPT_MS;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function removeFile(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
    throw error;
  }
}
