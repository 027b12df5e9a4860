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
    timer = setTimeout(resolve, timeoutMs);
  }).then(onLate);
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
    // Prevents an unhandled rejection if the work fails after the deadline.
    work.catch(() => undefined);
  }
}
