// The inputs of the launcher's decision: docr's files and the machine's clocks.
import { lstatSync } from "node:fs";
import { configPath, type ReadVariable, responseFolder } from "../response-cache/shared/key.ts";
import type { Clocks, LauncherFiles } from "./decide.ts";
import { readPrivateText, readTextFile } from "./files.ts";
import { userId } from "./libc.ts";
import { uptimeMs } from "./process.ts";

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
  uptime: uptimeMs,
  shownUptime: () => Math.round(parseFloat(readTextFile("/proc/uptime") ?? "") * 1000),
};

/** Undefined if the file is not missing but cannot be read: only docr may then decide what it means. */
function readConfig(path: string): string | undefined {
  const text = readTextFile(path);
  if (text !== undefined) return "=" + text;
  return isMissing(path) ? "" : undefined;
}

/** Whether there is no such file. A symlink that leads nowhere is there. */
function isMissing(path: string): boolean {
  try {
    lstatSync(path);
    return false;
  } catch (error) {
    return path === "" || (error instanceof Error && error.message.startsWith("ENOENT"));
  }
}
