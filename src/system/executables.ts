import { accessSync, constants, statSync } from "node:fs";
import { delimiter } from "node:path";
import type { Machine } from "../core/machine.ts";

/** Whether a folder in PATH has an executable file of this name. */
export function hasProgram(name: string, machine: Machine): boolean {
  return findProgram(name, machine) !== undefined;
}

/** The path of the first executable file of this name in PATH. */
export function findProgram(name: string, { env, platform }: Machine): string | undefined {
  const file = platform === "win32" ? `${name}.exe` : name;
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
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
