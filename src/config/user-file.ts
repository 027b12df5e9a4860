import { accessSync, constants, statSync } from "node:fs";
import type { Machine } from "../core/machine.ts";
import { readRegularFile } from "../system/regular-file.ts";

/** KiB. A configuration file is a few lines. */
const LARGEST_KIB = 1024;

/**
 * Returns the text of a configuration file, or undefined if it is absent. If it exists but cannot be read, throws what `fail` returns:
 * without the file, docr could answer for another account. The configuration of another user is not this user's: under sudo and in
 * containers, HOME is often a folder that this user neither owns nor can enter, and a file in it counts as absent.
 */
export function readUserFile(
  path: string,
  machine: Machine,
  fail: (reason: string, cause: unknown) => Error,
): string | undefined {
  const file = readRegularFile(path, { limitKib: LARGEST_KIB });
  if (file.kind === "content") return file.bytes.toString("utf8");
  if (file.kind === "absent" || (file.reason === "EACCES" && isInForeignHome(path, machine)))
    return undefined;
  throw fail(file.reason, file.cause);
}

/** Whether the file is in a HOME that another user owns and that this user cannot enter. */
function isInForeignHome(path: string, { env, uid }: Machine): boolean {
  const home = env["HOME"];
  if (!home || uid === undefined || !path.startsWith(`${home}/`)) return false;
  try {
    if (statSync(home).uid === uid) return false;
    accessSync(home, constants.X_OK);
    return false;
  } catch {
    return true;
  }
}
