import { closeSync, openSync, statSync, unlinkSync } from "node:fs";
import type { Secret } from "../core/secret.ts";
import { makePrivateFolder } from "./private-folder.ts";

/** All processes of a home together try to refresh a credential at most once in this time. */
const PAUSE_MS = 30_000;

/** The first argument of a background process. No client sends it. */
export const BACKGROUND = "--background";
/** The tasks of a background process, in its second argument. */
export type BackgroundTask = "refresh" | "revoke-superseded" | "revoke";

export interface BackgroundOptions<C> {
  /** The private folder, and the suffix of this home's file names. If undefined, docr starts no background process. */
  readonly files: () => { readonly path: string; readonly homeSuffix: string } | undefined;
  readonly host: BackgroundHost;
  /** Credentials to revoke are on stdin, because every user of the machine can see arguments. */
  readonly encode: (credentials: C) => Secret;
}

export interface BackgroundHost {
  readonly uid: number | undefined;
  /**
   * Starts docr again with the arguments, detached and without the client's streams. Resolves once it has the input, its
   * stdin. Never rejects.
   */
  readonly startSelf: (args: readonly string[], input?: Secret) => Promise<void>;
  /** The same, once the client has its response: if docr is killed before that, it leaves no process behind. */
  readonly startSelfLater: (args: readonly string[]) => void;
  /** The clock of file timestamps, in milliseconds. */
  readonly clock: () => { readonly now: number };
}

/** Starts background processes. The client does not wait for them. */
export function createBackground<C>({ files, host, encode }: BackgroundOptions<C>) {
  const start = (task: BackgroundTask, ...args: readonly string[]): void =>
    host.startSelfLater([BACKGROUND, task, ...args]);
  return {
    refresh(name: string, serverUrl: string): void {
      const folder = files();
      if (!folder || !makePrivateFolder(folder.path, host.uid)) return;
      const marker = `${folder.path}/renewal-${name}${folder.homeSuffix}`;
      if (claimAttempt(marker, host.clock().now)) start("refresh", serverUrl);
    },
    revokeSuperseded(): void {
      if (files()) start("revoke-superseded");
    },
    revoke: (credentials: C): Promise<void> =>
      host.startSelf([BACKGROUND, "revoke" satisfies BackgroundTask], encode(credentials)),
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
