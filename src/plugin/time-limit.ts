/** The answer of {@link withinLimit} when the time was up. */
export const TIMED_OUT = Symbol('timed out');

/** Waits for a promise, but no longer than `limit` milliseconds. The work itself goes on; its late failure is dropped. */
export async function withinLimit<T>(
  work: PromiseLike<T>,
  limit: number,
): Promise<T | typeof TIMED_OUT> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<typeof TIMED_OUT>((resolve) => {
    timer = setTimeout(() => {
      resolve(TIMED_OUT);
    }, limit);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
