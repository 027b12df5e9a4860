// The inputs of the launcher's decision: docr's files and the machine's clocks.
import { lstatSync } from "node:fs";
import { configPath, type ReadVariable, responseFolder } from "../response-cache/shared/key.ts";
import type { Clocks, LauncherFiles } from "./decide.ts";
import { readPrivateText, readTextFile } from "./files.ts";
import { userId } from "./libc.ts";

/** The files that belong to this environment and user. */
export function filesOf(variable: ReadVariable): LauncherFiles {
  return {
    config: () => readConfig(configPath(variable("HOME") ?? "", variable("XDG_CONFIG_HOME") ?? "")),
    privateText: (name) => readPrivateText(privateFolder(variable), name),
  };
}

/** The folder in which docr stores responses and notes. */
export function privateFolder(variable: ReadVariable): string {
  return responseFolder(variable("XDG_RUNTIME_DIR") ?? "", userId());
}

export const clocks: Clocks = {
  now: () => Date.now(),
  uptime: () => Math.round(parseFloat(readTextFile("/proc/uptime") ?? "") * 1000),
};

function readConfig(path: string): string | undefined {
  try {
    lstatSync(path); // Treats a broken symlink as an unreadable file, not as a missing one.
  } catch {
    return "";
  }
  const text = readTextFile(path);
  return text === undefined ? undefined : "=" + text;
}
