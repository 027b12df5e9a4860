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

/** Linux's flag for an unnamed file. Node does not define it. */
const O_TMPFILE = 0o20200000;
const O_CLOEXEC = 0o2000000;

/**
 * Loads a native addon from its bytes. `dlopen` needs a file.
 *
 * On Linux the file has no name, so no other process can replace it, and nothing has to be removed. On other platforms, and if
 * shared memory is mounted noexec, the file is in a new folder that only this user can enter. docr removes it after loading,
 * except on Windows, which locks a loaded file.
 */
export function loadAddon(
  bytes: Uint8Array,
  dlopen: (path: string) => unknown,
  temporaryDir: () => string,
): unknown {
  const unnamed = openUnnamed(bytes);
  if (unnamed !== undefined) {
    try {
      return dlopen(`/proc/self/fd/${unnamed}`);
    } catch (error) {
      if (!/cannot open|failed to map|permitted|permission/i.test(String(error))) throw error;
    } finally {
      closeSync(unnamed);
    }
  }
  const folder = mkdtempSync(join(temporaryDir(), "docr-"));
  // The umask 177 would keep this user out.
  chmodSync(folder, 0o700);
  const path = join(folder, "addon.node");
  try {
    const fd = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
    writeAll(fd, bytes);
    closeSync(fd);
    return dlopen(path);
  } finally {
    try {
      unlinkSync(path);
      rmdirSync(folder);
    } catch {
      // Windows locks the file. The system cleans its temporary directory.
    }
  }
}

function openUnnamed(bytes: Uint8Array): number | undefined {
  let fd: number;
  try {
    fd = openSync("/dev/shm", O_TMPFILE | constants.O_RDWR | O_CLOEXEC, 0o600);
  } catch {
    return undefined;
  }
  writeAll(fd, bytes);
  return fd;
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
}
