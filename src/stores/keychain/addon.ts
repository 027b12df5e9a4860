import { closeSync, constants, mkdtempSync, openSync, rmdirSync, unlinkSync, writeSync } from "node:fs";
import { join } from "node:path";

/** Linux: an unnamed file, which needs a folder that exists and a flag that Node has no name for. */
const O_TMPFILE = 0o20200000;
const O_CLOEXEC = 0o2000000;

/**
 * Loads a native addon that the executable carries inside it, as `dlopen` needs it: from a file.
 *
 * On Linux the file never has a name, so nobody can exchange it and nothing stays behind. Elsewhere, and
 * where memory is not to be executed from, it lies in a new folder that only this user may enter, and is
 * removed once it is loaded (not on Windows, which keeps it locked while it runs).
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
      // Locked while it is loaded; the system's cleaning of the temporary folder takes it.
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
