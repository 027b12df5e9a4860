/** Milliseconds. A stop of this process, however long, takes at most this much of a time limit. */
const TICK_MS = 500;

/**
 * Returns the work's result. If the work takes longer than `timeoutMs`, returns or throws what `onLate` returns or throws. The
 * work itself is not cancelled.
 */
export async function withDeadline<T, Late>(
  work: Promise<T>,
  timeoutMs: number,
  onLate: () => Late,
): Promise<T | Late> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((resolve) => {
    timer = startTimeLimit(timeoutMs, resolve);
  }).then(onLate);
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearInterval(timer);
    // Prevents an unhandled rejection if the work fails after the deadline.
    work.catch(() => undefined);
  }
}

/** Returns a signal that aborts after `timeoutMs`. Does not keep the process running. */
export function abortAfter(timeoutMs: number): AbortSignal {
  const controller = new AbortController();
  const onEnd = (): void => controller.abort(new DOMException("the time limit has passed", "TimeoutError"));
  startTimeLimit(timeoutMs, onEnd).unref();
  return controller.signal;
}

/**
 * Calls `onEnd` after `timeoutMs` in which this process was not stopped. While a client is stopped (Ctrl-Z), so is docr. One long
 * timer would end when both continue, before docr reads a response that has arrived: docr would lose a minted credential.
 */
function startTimeLimit(timeoutMs: number, onEnd: () => void): NodeJS.Timeout {
  // Node warns about a negative time on stderr.
  const totalMs = Math.max(0, timeoutMs);
  const ticks = Math.max(1, Math.ceil(totalMs / TICK_MS));
  let left = ticks;
  const timer = setInterval(() => {
    left -= 1;
    if (left > 0) return;
    clearInterval(timer);
    onEnd();
  }, totalMs / ticks);
  return timer;
}
