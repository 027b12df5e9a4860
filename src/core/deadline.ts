/**
 * Returns the work's result. If the work takes longer than `timeoutMs`, returns what `onLate` returns, or throws what it
 * throws; the work itself goes on.
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
    // After the deadline, a failure of the work has no listener.
    work.catch(() => undefined);
  }
}
