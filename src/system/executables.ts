import { accessSync, constants, statSync } from "node:fs";
import { delimiter } from "node:path";
import type { Machine } from "../core/machine.ts";

/** Whether a folder in PATH has an executable file of this name. */
export function hasProgram(name: string, { env, platform }: Machine): boolean {
  const file = platform === "win32" ? `${name}.exe` : name;
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.some((folder) => isExecutable(`${folder}/${file}`));
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
