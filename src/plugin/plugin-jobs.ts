import type { JobQueue } from './sdk.ts';

/** The queue as one plugin sees it: names of its jobs are its own, so that two plugins may both have a job `send`. */
export function jobsOfPlugin(queue: JobQueue, plugin: string): JobQueue {
  const own = (name: string): string => `plugin/${plugin}/${name}`;
  return {
    enqueue: async (tx, name, payload, options) => {
      await queue.enqueue(tx, own(name), payload, options);
    },
    handle: (name, handler) => {
      queue.handle(own(name), handler);
    },
  };
}
