/**
 * Collects what is given within one turn of the event loop and hands it over together. Under load a turn brings several
 * requests; without load nothing waits.
 * @param most items that are handed over at a time
 */
export function createGathering<T>(
  most: number,
  handOver: (items: readonly T[]) => void,
): (item: T) => void {
  let waiting: T[] = [];
  const flush = (): void => {
    const items = waiting;
    waiting = [];
    for (let start = 0; start < items.length; start += most)
      handOver(items.slice(start, start + most));
  };
  return (item) => {
    waiting.push(item);
    if (waiting.length === 1) setImmediate(flush);
  };
}
