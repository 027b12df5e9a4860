import type { HelperError } from "./errors.ts";

/** Locks between this user's processes. The OS releases a lock when its process ends, even if it crashes. */
export interface Locks {
  /**
   * Waits for the lock `name` for at most `timeoutMs`. Takes the lock from a process that holds it and makes no progress for 3 s
   * (SIGSTOP, Ctrl-Z). Returns undefined if another process still holds it, or if this machine has no place for locks. The caller
   * then continues without the lock.
   */
  acquire(name: string, timeoutMs: number): Promise<Lock | undefined>;
}

export interface Lock extends Disposable {
  /** When this process began to wait, in milliseconds of the monotonic clock. Undefined if it did not wait. */
  readonly waitedSince: number | undefined;
  /** Whether this process took the lock from one that made no progress, and that may continue later. */
  readonly wasTaken: boolean;
  /** False after another process took the lock, because this one made no progress. */
  isHeld(): boolean;
}

/** Shares a lock holder's error with the processes that wait for the lock. They fail with the same error, without another attempt. */
export interface SharedFailures {
  /** Throws the error that another process has shared under `name` since `waitedSince`, if any. */
  rethrow(name: string, waitedSince: number): Promise<void>;
  /** Await this before you release the lock, or the next process may miss the error. Best effort: never rejects. */
  share(name: string, failure: HelperError): Promise<void>;
}
