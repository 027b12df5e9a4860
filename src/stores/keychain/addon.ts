import {
  chmodSync,
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  rmdirSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { Environment } from "../../core/machine.ts";

/** Linux's flag for an unnamed file. Node does not define it. */
const O_TMPFILE = 0o20200000;
const O_CLOEXEC = 0o2000000;

/** Where the addon's file can be. */
export interface AddonPlaces {
  readonly platform: string;
  readonly env: Environment;
  /** The system's temporary directory. Every user may write there. */
  readonly temporaryDir: () => string;
}

/**
 * Loads a native addon from its bytes. `dlopen` needs a file.
 *
 * On Linux the file has no name, so no other process can replace it, and nothing has to be removed. It is in shared memory, or, if
 * that is full or mounted noexec, in another folder. On other platforms, and if no folder takes an unnamed file, the file is in a
 * new folder that only this user can enter. docr removes it after loading, except on Windows, which locks a loaded file.
 */
export function loadAddon(
  bytes: Uint8Array,
  dlopen: (path: string) => unknown,
  places: AddonPlaces,
): unknown {
  for (const folder of foldersFor(places)) {
    const unnamed = openUnnamed(folder, bytes);
    if (unnamed === undefined) continue;
    try {
      return dlopen(`/proc/self/fd/${unnamed}`);
    } catch (error) {
      if (!/cannot open|failed to map|permitted|permission/i.test(String(error))) throw error;
    } finally {
      closeSync(unnamed);
    }
  }
  return loadFromNewFolder(bytes, dlopen, places.temporaryDir());
}

function* foldersFor({ platform, env, temporaryDir }: AddonPlaces): Iterable<string> {
  if (platform !== "linux") return;
  yield "/dev/shm";
  const runtimeDir = env["XDG_RUNTIME_DIR"];
  if (runtimeDir?.startsWith("/")) yield runtimeDir;
  yield temporaryDir();
  const home = env["HOME"];
  if (home?.startsWith("/")) yield home;
}

/** Returns undefined if the file system has no unnamed files, is full or is read-only. */
function openUnnamed(folder: string, bytes: Uint8Array): number | undefined {
  let fd: number | undefined;
  try {
    fd = openSync(folder, O_TMPFILE | constants.O_RDWR | O_CLOEXEC, 0o600);
    writeAll(fd, bytes);
    return fd;
  } catch {
    if (fd !== undefined) closeSync(fd);
    return undefined;
  }
}

function loadFromNewFolder(
  bytes: Uint8Array,
  dlopen: (path: string) => unknown,
  temporaryDir: string,
): unknown {
  const folder = mkdtempSync(join(temporaryDir, "docr-"));
  const path = join(folder, "addon.node");
  try {
    // The umask 177 would keep this user out.
    chmodSync(folder, 0o700);
    const fd = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
    try {
      writeAll(fd, bytes);
    } finally {
      closeSync(fd);
    }
    return dlopen(path);
  } finally {
    for (const remove of [() => unlinkSync(path), () => rmdirSync(folder)]) neverThrow(remove);
  }
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
}

/** Windows locks a loaded file. The system cleans its temporary directory. */
function neverThrow(work: () => void): void {
  try {
    work();
  } catch {
    // Nothing else depends on it.
  }
}
