import { chmodSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { errorCodeOf, isMissing } from "./errno.ts";

const PRIVATE_MODE = 0o700;

/**
 * Creates the folder and its missing parents, all with mode 0700. Sets the mode explicitly: with the umask 177, this user could not
 * enter a new folder. Does not change an existing folder. Throws a system error.
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
  chmodSync(path, PRIVATE_MODE);
}
