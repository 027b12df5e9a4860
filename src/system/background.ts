import { closeSync, openSync, statSync, unlinkSync } from "node:fs";
import { makePrivateFolder } from "./private-folder.ts";

/** All processes together try to refresh a credential at most once in this time. */
const PAUSE_MS = 30_000;

/** The first argument of a background process. No client sends it. */
export const BACKGROUND = "--background";
/** The tasks of a background process, in its second argument. */
export type BackgroundTask = "refresh" | "revoke-superseded";

export interface BackgroundOptions {
  /** The private folder of this session. If it is undefined, docr refreshes nothing in the background. */
  readonly folder: () => string | undefined;
  readonly host: BackgroundHost;
}

export interface BackgroundHost {
  readonly uid: number | undefined;
  /** Starts docr again with the arguments, detached and without the client's streams. Never throws. */
  readonly startSelf: (args: readonly string[]) => void;
  /** The clock of file timestamps, in milliseconds. */
  readonly clock: () => { readonly now: number };
}

/** Starts background processes. The client does not wait for them. */
export function createBackground({ folder, host }: BackgroundOptions) {
  const start = (task: BackgroundTask, ...args: readonly string[]): void =>
    host.startSelf([BACKGROUND, task, ...args]);
  return {
    refresh(name: string, serverUrl: string): void {
      const path = folder();
      if (path === undefined || !makePrivateFolder(path, host.uid)) return;
      if (claimAttempt(`${path}/renewal-${name}`, host.clock().now)) start("refresh", serverUrl);
    },
    revokeSuperseded(): void {
      if (folder() !== undefined) start("revoke-superseded");
    },
  };
}

/** Returns true if no other process has claimed an attempt within the pause. Only one process can create the marker file. */
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
