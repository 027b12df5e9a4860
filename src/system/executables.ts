import { accessSync, constants, statSync } from "node:fs";
import { delimiter } from "node:path";
import type { Machine } from "../core/machine.ts";

/** Whether the PATH has a program of this name that can be run. */
export function hasProgram(name: string, { env, platform }: Machine): boolean {
  const file = platform === "win32" ? `${name}.exe` : name;
  const folders = (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.some((folder) => isExecutable(`${folder}/${file}`));
}

/** Whether there is a file at the path that can be run. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
