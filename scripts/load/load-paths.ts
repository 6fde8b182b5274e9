import type { PostBundle } from './connection.ts';
import { findFiles } from './find-files.ts';
import type { ResourceItem } from './item.ts';
import { readItems } from './read-items.ts';
import type { Refusal } from './refusal.ts';
import { type Early, sendBundle, sendResources, type Sent } from './send-items.ts';

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

/** Resources that are kept because they refer to what may yet come. */
const MAX_EARLY = 20_000;

/** Characters of a batch; well below the size of a body that servers take. */
const LARGEST_BATCH = 4_000_000;

/**
 * Loads everything under the paths. Reads no further ahead than what is under way, so memory does not grow with the
 * data. A resource that comes twice ends up as it came last.
 * @param progress called after each answer
 * @throws TypeError if a path does not exist or no server answers
 */
export async function loadPaths(
  paths: readonly string[],
  post: PostBundle,
  limits: LoadLimits,
  progress: (report: Readonly<LoadReport>) => void,
): Promise<LoadReport> {
  let early: Early[] = [];
  const report: LoadReport = { files: 0, created: 0, updated: 0, refused: [], skipped: [] };
  const sender = openSender(post, limits, (sent) => {
    report.created += sent.created;
    report.updated += sent.updated;
    report.refused.push(...sent.refused);
    for (const item of sent.early) keep(item);
    progress(report);
  });
  for (const path of paths) {
    for await (const file of findFiles(path)) {
      report.files += 1;
      for await (const item of readItems(file)) {
        if (item.kind === 'skipped') report.skipped.push(item);
        else if (item.kind === 'unreadable') report.refused.push(item);
        else if (item.kind === 'bundle') {
          await sender.drain();
          await sender.start(sendBundle(post, item));
        } else await sender.add(item);
      }
    }
  }
  await sender.drain();
  // What referred to something that came later is sent again, as long as that brings something in.
  for (let round = early; round.length > 0; ) {
    early = [];
    for (const { item } of round) await sender.add(item);
    await sender.drain();
    if (early.length === round.length) break;
    round = early;
  }
  for (const { refusal } of early) report.refused.push(refusal);
  return report;

  function keep(item: Early): void {
    if (early.length < MAX_EARLY) early.push(item);
    else report.refused.push(item.refusal);
  }
}

interface Sender {
  /** Puts a resource into the batch that is being filled; sends the batch when it is full. */
  add(item: ResourceItem): Promise<void>;
  start(work: Promise<Sent>): Promise<void>;
  /** Sends what waits, and waits until everything is answered. */
  drain(): Promise<void>;
}

function openSender(post: PostBundle, limits: LoadLimits, answered: (sent: Sent) => void): Sender {
  const underWay = new Set<Promise<void>>();
  /** Resources that wait or are under way. */
  const busy = new Set<string>();
  let waiting: ResourceItem[] = [];
  let size = 0;

  const start = async (work: Promise<Sent>): Promise<void> => {
    const settled = work.then(answered);
    underWay.add(settled);
    // A failure stays in the set, and is thrown where the set is waited for.
    settled.then(
      () => underWay.delete(settled),
      () => undefined,
    );
    if (underWay.size >= limits.parallel) await Promise.race(underWay);
  };
  const flush = async (): Promise<void> => {
    if (waiting.length === 0) return;
    const items = waiting;
    waiting = [];
    size = 0;
    const work = sendResources(post, items).finally(() => {
      for (const item of items) busy.delete(keyOf(item));
    });
    await start(work);
  };
  const drain = async (): Promise<void> => {
    await flush();
    await Promise.all(underWay);
  };
  return {
    start,
    drain,
    async add(item) {
      if (item.id !== undefined && busy.has(keyOf(item))) await drain();
      if (size + item.text.length > LARGEST_BATCH) await flush();
      waiting.push(item);
      busy.add(keyOf(item));
      size += item.text.length;
      if (waiting.length >= limits.batch) await flush();
    },
  };
}

function keyOf({ type, id }: ResourceItem): string {
  return `${type}/${id ?? ''}`;
}
