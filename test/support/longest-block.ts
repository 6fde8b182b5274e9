/**
 * Does something, and says for how long the thread of the test, which is that of a test server too, computed without a
 * pause at most. Time for which the machine was busy with others does not count.
 * @returns milliseconds of processor time
 */
export async function longestBlock(work: () => Promise<unknown>): Promise<number> {
  let longest = 0;
  let before = processorTime();
  const tick = setInterval(() => {
    const now = processorTime();
    longest = Math.max(longest, now - before);
    before = now;
  }, 1);
  try {
    await work();
  } finally {
    clearInterval(tick);
  }
  return Math.max(longest, processorTime() - before);
}

function processorTime(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}
