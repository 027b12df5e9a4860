import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute } from "node:path";
import type { Machine } from "../core/machine.ts";

/** Whether a folder in PATH has an executable file of this name. */
export function hasProgram(name: string, machine: Machine): boolean {
  return findProgram(name, machine) !== undefined;
}

/**
 * The path of the first executable file of this name in PATH. Like Go, skips empty and relative entries. Continues after an entry
 * that cannot be searched: another user's folder, a name that is too long.
 */
export function findProgram(name: string, { env, platform }: Omit<Machine, "uid">): string | undefined {
  const file = platform === "win32" ? `${name}.exe` : name;
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => isAbsolute(folder));
  return folders.map((folder) => `${folder}/${file}`).find(isExecutable);
}

/** Whether the path names a file that this user can run. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
