import type { PostBundle } from './connection.ts';
import { findFiles } from './find-files.ts';
import type { ResourceItem } from './item.ts';
import { readItems } from './read-items.ts';
import type { Refusal } from './refusal.ts';
import { type Sent, sendBundle, sendResources } from './send-items.ts';

/** How much goes together. */
export interface LoadLimits {
  /** Resources of one batch. */
  readonly batch: number;
  /** Batches under way at the same time. */
  readonly parallel: number;
}

/** State of a load, and its result at the end. */
export interface LoadReport {
  files: number;
  created: number;
  updated: number;
  refused: Refusal[];
  skipped: Refusal[];
}

/** Characters of a batch; well below the size of a body that servers take. */
const LARGEST_BATCH = 4_000_000;

/**
 * Loads everything under the paths. Reads no further ahead than what is under way, so memory does not grow with the data.
 * @param progress called after each answer
 * @throws TypeError if a path does not exist or no server answers
 */
export async function loadPaths(
  paths: readonly string[],
  post: PostBundle,
  { batch, parallel }: LoadLimits,
  progress: (report: Readonly<LoadReport>) => void,
): Promise<LoadReport> {
  const report: LoadReport = { files: 0, created: 0, updated: 0, refused: [], skipped: [] };
  const underWay = new Set<Promise<void>>();
  const start = async (work: Promise<Sent>): Promise<void> => {
    const settled = work.then(({ created, updated, refused }) => {
      report.created += created;
      report.updated += updated;
      report.refused.push(...refused);
      progress(report);
    });
    underWay.add(settled);
    // A failure is thrown where it is waited for, below.
    settled.then(
      () => underWay.delete(settled),
      () => undefined,
    );
    if (underWay.size >= parallel) await Promise.race(underWay);
  };

  let waiting: ResourceItem[] = [];
  let size = 0;
  const flush = async (): Promise<void> => {
    if (waiting.length === 0) return;
    const items = waiting;
    waiting = [];
    size = 0;
    await start(sendResources(post, items));
  };
  for (const path of paths) {
    for await (const file of findFiles(path)) {
      report.files += 1;
      for await (const item of readItems(file)) {
        switch (item.kind) {
          case 'resource':
            if (
              waiting.some(
                ({ type, id }) => id !== undefined && type === item.type && id === item.id,
              )
            )
              await flush();
            if (size + item.text.length > LARGEST_BATCH) await flush();
            waiting.push(item);
            size += item.text.length;
            if (waiting.length >= batch) await flush();
            break;
          case 'bundle':
            await flush();
            await start(sendBundle(post, item));
            break;
          case 'skipped':
            report.skipped.push(item);
            break;
          case 'unreadable':
            report.refused.push(item);
        }
      }
    }
  }
  await flush();
  await Promise.all(underWay);
  return report;
}
