import { closeSync, openSync, statSync, unlinkSync } from "node:fs";
import type { Background } from "../credentials/ports.ts";
import { makePrivateFolder } from "./private-folder.ts";

/** One attempt at a renewal in this time, in milliseconds, however many processes see the need. */
const PAUSE_MS = 30_000;

export interface BackgroundOptions {
  readonly folder: string;
  readonly uid: number | undefined;
  /** Starts this program again with the arguments, on its own, with no stream of ours. Never throws. */
  readonly startSelf: (args: readonly string[]) => void;
  /** Milliseconds since the epoch, as files are stamped. */
  readonly now: () => number;
}

/** The first argument of a process in the background; never sent by a client. */
export const BACKGROUND = "--background";

export function createBackground(options: BackgroundOptions): Background {
  const { folder, uid, startSelf } = options;
  return {
    renew(name, serverUrl) {
      if (makePrivateFolder(folder, uid) && isFirst(`${folder}/renewal-${name}`, options.now())) {
        startSelf([BACKGROUND, "renew", serverUrl]);
      }
    },
    sweep() {
      startSelf([BACKGROUND, "sweep"]);
    },
  };
}

/** Whether nobody has been first within the pause; a file that only one can make decides. */
function isFirst(path: string, now: number): boolean {
  if (make(path)) return true;
  try {
    const age = now - statSync(path).mtimeMs;
    if (age >= 0 && age < PAUSE_MS) return false;
    unlinkSync(path);
  } catch {
    // Another process is at the same place: the file that is made next decides.
  }
  return make(path);
}

function make(path: string): boolean {
  try {
    closeSync(openSync(path, "wx", 0o600));
    return true;
  } catch {
    return false;
  }
}
