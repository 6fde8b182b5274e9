import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { CompactDefinitions } from './compact.ts';

const WORKER = new URL('./build-worker.ts', import.meta.url);

/**
 * Reduces the installed definitions in a thread of its own. The published bundles are 45 MB of JSON; what reading them
 * takes is given back with the thread, while a heap that has once grown stays.
 */
export async function buildDefinitionsApart(): Promise<CompactDefinitions> {
  const worker = new Worker(WORKER, { env: {}, argv: [], execArgv: [] });
  try {
    const [compact] = (await once(worker, 'message')) as [CompactDefinitions];
    return compact;
  } finally {
    await worker.terminate();
  }
}
