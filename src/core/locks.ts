import type { HelperError } from "./errors.ts";

/** Locks between this user's processes. The OS releases a lock when its process ends, however it ends. */
export interface Locks {
  /**
   * Waits for the lock `name` for at most `timeoutMs`. Undefined where another process still holds it, or where this
   * machine has no place for locks: go on without.
   */
  acquire(name: string, timeoutMs: number): Promise<Lock | undefined>;
}

export interface Lock extends Disposable {
  /** When this process began to wait for another one, on the monotonic clock in milliseconds. Undefined: it did not wait. */
  readonly waitedSince: number | undefined;
}

/** Tells the processes that wait for a lock why its holder failed, so that they fail alike without another attempt. */
export interface SharedFailures {
  /** Throws the failure that another process shared under `name` since `waitedSince`, if there is one. */
  rethrow(name: string, waitedSince: number): Promise<void>;
  /** Await this before the lock ends, or the next process may miss it. Best effort: never rejects. */
  share(name: string, failure: HelperError): Promise<void>;
}
