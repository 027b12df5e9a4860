import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  type Stats,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { SecretStore } from "../helper/ports.ts";
import { Secret } from "../secret.ts";

const FOLDER = "docr";
/** No record of ours comes near this; a larger file is not ours. Bytes. */
const LARGEST = 64 * 1024;
const NAME = /^[a-z0-9-]{1,100}$/;

/**
 * Files that only this user can read, in the user's runtime directory: memory, 0700, gone at logout. Owner,
 * mode and kind are checked on the open file each time and no symlink is followed; whatever is not as we
 * leave it counts as not there, and the next write puts a new file in its place.
 *
 * `uniqueSuffix` names the file that a write makes before it takes the place of the old one.
 */
export function createRuntimeFiles(runtimeDir: string, uid: number, uniqueSuffix: () => string): SecretStore {
  const folder = join(runtimeDir, FOLDER);

  const readName = (name: string): Secret | undefined => {
    if (!isPrivateFolder(folder, uid)) return undefined;
    const text = readPrivateFile(join(folder, name), uid);
    return text === undefined ? undefined : new Secret(text);
  };

  return {
    async read(name) {
      return readName(name);
    },
    async write(name, value) {
      if (!NAME.test(name)) throw new Error("not a name for a runtime file");
      makePrivateFolder(folder, uid);
      replaceFile(join(folder, name), value.reveal(), join(folder, `.${uniqueSuffix()}`));
    },
    async erase(name) {
      return isPrivateFolder(folder, uid) && removeFile(join(folder, name));
    },
    async entries(prefix) {
      const found = new Map<string, Secret>();
      if (!isPrivateFolder(folder, uid)) return found;
      for (const name of readdirSync(folder)) {
        const value = name.startsWith(prefix) && NAME.test(name) ? readName(name) : undefined;
        if (value) found.set(name, value);
      }
      return found;
    },
  };
}

/** Whether the directory is this user's own and closed to everybody else, as XDG_RUNTIME_DIR must be. */
export function isPrivateFolder(path: string, uid: number): boolean {
  const stats = statOf(path);
  return stats !== undefined && stats.isDirectory() && isPrivate(stats, uid);
}

function isPrivate(stats: Stats, uid: number): boolean {
  return stats.uid === uid && (stats.mode & 0o077) === 0;
}

function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function readPrivateFile(path: string, uid: number): string | undefined {
  let fd: number;
  try {
    // O_NONBLOCK: opening a pipe that somebody put there must not wait for its writer.
    fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile() || !isPrivate(stats, uid) || stats.size > LARGEST) return undefined;
    return readFileSync(fd, "utf8");
  } catch {
    return undefined;
  } finally {
    closeSync(fd);
  }
}

function makePrivateFolder(path: string, uid: number): void {
  const stats = statOf(path);
  if (stats === undefined) mkdirSync(path, { mode: 0o700 });
  else if (!stats.isDirectory() || stats.uid !== uid)
    throw new Error(`${path} is not this user's own folder`);
  else if (!isPrivate(stats, uid)) chmodSync(path, 0o700); // each file in it is judged by itself
}

/** Whole or not at all: readers see the old file or the new one. */
function replaceFile(path: string, text: string, temporary: string): void {
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

function removeFile(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return false;
    throw error;
  }
}
