/** Counts the calls that are still inside a system library. Such a call can block an orderly exit of the process. */
export interface PendingCalls {
  /** Counts the call until it settles. Returns its result. */
  track<T>(call: Promise<T>): Promise<T>;
  readonly count: number;
}

export function createPendingCalls(): PendingCalls {
  let count = 0;
  return {
    get count() {
      return count;
    },
    track(call) {
      count += 1;
      return call.finally(() => {
        count -= 1;
      });
    },
  };
}
