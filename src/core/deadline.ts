/** The work's result. Rejects with `late()` where the work takes longer than `timeoutMs`; the work itself goes on. */
export async function withDeadline<T>(work: Promise<T>, timeoutMs: number, late: () => unknown): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), timeoutMs);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
    // After the deadline, a failure of the work has no listener.
    work.catch(() => undefined);
  }
}
