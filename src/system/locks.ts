import type { Lock, Locks } from "../core/locks.ts";
import { type LockFile, openLockFile } from "./lock-file.ts";
import { makePrivateFolder } from "./private-folder.ts";

/** Pause between two attempts to acquire a lock. A random time of up to the same length is added. */
const POLL_MS = 10;
/** How often a holder shows progress. Most holders are done earlier. */
const PROGRESS_MS = 500;
/** A holder that shows no progress for this long stands still: its process is stopped or hangs. */
const STALLED_MS = 3_000;
/** The longest time between two polls that counts. A longer one means that this process itself stood still. */
const LONGEST_POLL_MS = 100;

export interface LocksOptions {
  /** Returns undefined if this machine has no place for locks. Every process then continues without them. */
  readonly folder: () => string | undefined;
  readonly uid: number | undefined;
  /** Milliseconds of a monotonic clock that all processes of this machine share. */
  readonly monotonicMs: () => number;
}

/**
 * To take a lock from a holder that stands still, a process removes the lock's file, and all waiting processes continue with a new
 * one. The holder keeps its lock on the removed file, and `isHeld` tells it that this is not enough. Windows removes no open file, so
 * a holder that stands still blocks the others there until their time is over.
 */
export function createLocks({ folder, uid, monotonicMs }: LocksOptions): Locks {
  return {
    async acquire(name, timeoutMs) {
      const since = monotonicMs();
      const place = folder();
      if (place === undefined || !makePrivateFolder(place, uid)) return undefined;
      let waitedSince: number | undefined;
      let wasTaken = false;
      const tryOnce = (file: LockFile): Attempt => {
        const outcome = file.tryLock();
        if (outcome === "acquired") return file.isCurrent() ? outcome : "removed";
        if (outcome === "impossible" || monotonicMs() - since > timeoutMs) return "failed";
        return outcome;
      };
      for (;;) {
        const file = openLockFile(`${place}/${lockFileName(name)}`);
        if (!file) return undefined;
        let attempt = tryOnce(file);
        const isStalled = watchHolder(file, monotonicMs);
        while (attempt === "busy") {
          waitedSince = since;
          await new Promise((resolve) => setTimeout(resolve, POLL_MS * (1 + Math.random())));
          if (isStalled()) removeLockFile(file, place);
          attempt = file.isCurrent() ? tryOnce(file) : "removed";
        }
        if (attempt === "acquired") return holdLock(file, { waitedSince, wasTaken });
        file[Symbol.dispose]();
        if (attempt === "failed") return undefined;
        wasTaken = true;
      }
    },
  };
}

type Attempt = "acquired" | "busy" | "removed" | "failed";

/** The name of a lock's file in the private folder. All versions of docr must use the same name. */
export function lockFileName(name: string): string {
  return `turn-${name}`;
}

function holdLock(file: LockFile, state: Pick<Lock, "waitedSince" | "wasTaken">): Lock {
  const timer = setInterval(() => file.showProgress(), PROGRESS_MS).unref();
  return {
    ...state,
    isHeld: () => file.isCurrent(),
    [Symbol.dispose]() {
      clearInterval(timer);
      file[Symbol.dispose]();
    },
  };
}

/**
 * Returns a function that tells, if it is called at every poll, whether the holder has shown no progress for 3 s. It compares
 * timestamps only for equality, because the wall clock may be set.
 */
function watchHolder(file: LockFile, monotonicMs: () => number): () => boolean {
  let last = file.progress();
  let polledAt = monotonicMs();
  let quietMs = 0;
  return () => {
    const now = monotonicMs();
    quietMs += Math.min(now - polledAt, LONGEST_POLL_MS);
    polledAt = now;
    const progress = file.progress();
    if (progress !== last) quietMs = 0;
    last = progress;
    return quietMs >= STALLED_MS;
  };
}

/** Best effort. One process at a time, or the second one would remove the new file of the first. */
function removeLockFile(file: LockFile, place: string): void {
  using removal = openLockFile(`${place}/${lockFileName("removal")}`);
  if (removal?.tryLock() === "acquired") file.remove();
}
