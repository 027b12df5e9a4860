import { closeSync, openSync, statSync, unlinkSync } from "node:fs";
import { makePrivateFolder } from "./private-folder.ts";

/** At most one attempt to refresh a credential in this time, for all processes together. Milliseconds. */
const PAUSE_MS = 30_000;

export interface BackgroundOptions {
  readonly folder: string;
  readonly uid: number | undefined;
  /** Starts this program again with the arguments, detached and without the client's streams. Never throws. */
  readonly startSelf: (args: readonly string[]) => void;
  /** Milliseconds since the epoch, on the clock that stamps files. */
  readonly now: () => number;
}

/** The first argument of a background process. No client sends it. */
export const BACKGROUND = "--background";

/** Starts background processes. The client does not wait for them. */
export function createBackground({ folder, uid, startSelf, now }: BackgroundOptions) {
  return {
    renew(name: string, serverUrl: string): void {
      if (makePrivateFolder(folder, uid) && claimAttempt(`${folder}/renewal-${name}`, now())) {
        startSelf([BACKGROUND, "renew", serverUrl]);
      }
    },
    sweep(): void {
      startSelf([BACKGROUND, "sweep"]);
    },
  };
}

/** Returns whether no process has claimed an attempt within the pause. Only one process can create the marker file. */
function claimAttempt(marker: string, now: number): boolean {
  if (createMarker(marker)) return true;
  try {
    const ageMs = now - statSync(marker).mtimeMs;
    if (ageMs >= 0 && ageMs < PAUSE_MS) return false;
    unlinkSync(marker);
  } catch {
    // Another process removed it first. The process that creates the next marker gets the attempt.
  }
  return createMarker(marker);
}

function createMarker(path: string): boolean {
  try {
    closeSync(openSync(path, "wx", 0o600));
    return true;
  } catch {
    return false;
  }
}
