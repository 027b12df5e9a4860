import { chmodSync, closeSync, constants, fchmodSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { errorCodeOf, isMissing } from "./errno.ts";
import { giveToFolderOwner } from "./owners.ts";

const PRIVATE_MODE = 0o700;

/**
 * Creates the folder and its missing parents, all with mode 0700. Sets the mode explicitly: with the umask 177, this user could not
 * enter a new folder. Under sudo, a new folder belongs to its parent's owner, who could not enter root's. Does not change an existing
 * folder. Throws a system error.
 */
export function makeFolders(path: string): void {
  try {
    makeFolder(path);
  } catch (error) {
    const parent = dirname(path);
    if (!isMissing(error) || parent === path) throw error;
    makeFolders(parent);
    makeFolder(path);
  }
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, PRIVATE_MODE);
  } catch (error) {
    if (errorCodeOf(error) === "EEXIST") return;
    throw error;
  }
  const fd = openFolder(path);
  if (fd === undefined) return chmodSync(path, PRIVATE_MODE);
  fchmodSync(fd, PRIVATE_MODE);
  giveToFolderOwner(fd, path);
  closeSync(fd);
}

/** Undefined on Windows, and with a umask that forbids this user to read the new folder. Root can always open it. */
function openFolder(path: string): number | undefined {
  try {
    // Windows lacks these flags; undefined counts as 0.
    return openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  } catch {
    return undefined;
  }
}
