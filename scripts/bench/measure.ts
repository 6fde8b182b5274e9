import type { Bundle, Resource } from '@medplum/fhirtypes';
import { drive, send, type Stretch, type Target } from './drive.ts';
import type { ProcessorTime } from './processor-time.ts';
import { seededRandom } from './random.ts';
import type { Workload } from './workload.ts';

/** A side of the comparison: where to ask, and the clocks of the processes that answer. */
export interface Side {
  readonly target: Target;
  /** Clocks by name of the process; empty where it runs elsewhere. */
  readonly clocks: Readonly<Record<string, ProcessorTime>>;
  /** Resolves when the work is done that a stretch leaves behind; its processor time counts as that of the stretch. */
  readonly settled?: () => Promise<void>;
}

/** Figures of one side. */
export interface Figures {
  readonly requests: number;
  readonly failures: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** Processor seconds for 1 000 requests by process. */
  readonly processor: Readonly<Record<string, number>>;
}

/** Figures of one workload. */
export interface Measured {
  readonly name: string;
  readonly identity: Workload['identity'];
  readonly writes: number;
  readonly server: Figures;
  readonly raw?: Figures;
  /** Requests per second of the server by those of the raw app: the median of the rounds. */
  readonly ratio?: number;
  /** Processor time of the raw app by that of the server, for one request each: nearly free of what else runs. */
  readonly processorRatio?: number;
}

/** How long, how often, how many at once. */
export interface Load {
  readonly connections: number;
  readonly rounds: number;
  readonly milliseconds: number;
}

const SEED = 7;

/** Runs one workload on both sides in turns, so that what else the machine does meets both alike. */
export async function measure(
  workload: Workload,
  server: Side,
  raw: Side | undefined,
  load: Load,
): Promise<Measured> {
  await checkAnswers(workload, server.target, raw?.target);
  const ours: Collected = { stretches: [], processor: {} };
  const theirs: Collected = { stretches: [], processor: {} };
  for (let round = 0; round < load.rounds; round += 1) {
    const seed = SEED + round;
    if (raw !== undefined && workload.raw !== undefined) {
      await stretch(theirs, raw, workload.raw, workload.rawStatus ?? workload.status, seed, load);
    }
    await stretch(ours, server, workload.server, workload.status, seed, load);
  }
  const { name, identity, writes } = workload;
  const figures = figuresOf(ours);
  if (theirs.stretches.length === 0) return { name, identity, writes, server: figures };
  const rawFigures = figuresOf(theirs);
  const ratios = ours.stretches.map(
    (own, index) => rate([own]) / rate([theirs.stretches[index] as Stretch]),
  );
  const [mine, bare] = [figures, rawFigures].map(({ processor }) => sum(Object.values(processor)));
  return {
    name,
    identity,
    writes,
    server: figures,
    raw: rawFigures,
    ratio: percentile(ratios, 0.5),
    ...(mine !== undefined && bare !== undefined && mine > 0
      ? { processorRatio: bare / mine }
      : {}),
  };
}

/**
 * A quick answer counts only if it is the right one: both sides must find the same resources.
 * @throws TypeError if they do not, or if one refuses
 */
async function checkAnswers(
  workload: Workload,
  server: Target,
  raw: Target | undefined,
): Promise<void> {
  const own = await send(server, workload.server(seededRandom(SEED)));
  if (own.status !== workload.status) {
    throw new TypeError(`${workload.name}: status ${own.status}: ${own.body.slice(0, 1000)}`);
  }
  if (workload.name.startsWith('batch')) {
    const refused = (JSON.parse(own.body) as Bundle).entry?.find(
      ({ response }) => !response?.status.startsWith('201'),
    );
    if (refused !== undefined) throw new TypeError(`${workload.name}: an entry is refused`);
  }
  if (raw === undefined || workload.raw === undefined) return;
  const other = await send(raw, workload.raw(seededRandom(SEED)));
  if (other.status !== (workload.rawStatus ?? workload.status)) {
    throw new TypeError(
      `${workload.name}: the raw app answers with status ${other.status}: ${other.body.slice(0, 500)}`,
    );
  }
  if (workload.asMany === true) {
    const [found, expected] = [own, other].map(
      ({ body }) => ids(JSON.parse(body) as Resource).length,
    );
    if (found !== expected) {
      throw new TypeError(
        `${workload.name}: the two sides find different numbers of resources: ${String(found)} / ${String(expected)}`,
      );
    }
  }
  if (!workload.comparable) return;
  const [found, expected] = [own, other].map(({ body }) => {
    const list = ids(JSON.parse(body) as Resource);
    return (workload.anyOrder === true ? list.toSorted() : list).join(' ');
  });
  if (found !== expected) {
    throw new TypeError(
      `${workload.name}: server and raw app find different resources: ${String(found)} / ${String(expected)}`,
    );
  }
}

function ids(resource: Resource): readonly (string | undefined)[] {
  return resource.resourceType === 'Bundle'
    ? (resource.entry ?? []).map((entry) => entry.resource?.id)
    : [resource.id];
}

interface Collected {
  readonly stretches: Stretch[];
  readonly processor: Record<string, number>;
}

async function stretch(
  collected: Collected,
  { target, clocks, settled }: Side,
  make: Workload['server'],
  status: number,
  seed: number,
  load: Load,
): Promise<void> {
  const before = Object.entries(clocks).map(([name, clock]) => [name, clock, clock()] as const);
  collected.stretches.push(await drive(target, make, status, seededRandom(seed), load));
  await settled?.();
  for (const [name, clock, start] of before) {
    const end = clock();
    if (start === undefined || end === undefined) continue;
    collected.processor[name] = (collected.processor[name] ?? 0) + end - start;
  }
}

function figuresOf({ stretches, processor }: Collected): Figures {
  const latencies = stretches.flatMap((one) => one.latencies);
  const requests = latencies.length;
  const perThousand = Object.entries(processor).map(([name, seconds]) => [
    name,
    (seconds / requests) * 1000,
  ]);
  return {
    requests,
    failures: sum(stretches.flatMap((one) => [...one.failures.values()])),
    perSecond: rate(stretches),
    p50: percentile(latencies, 0.5),
    p95: percentile(latencies, 0.95),
    p99: percentile(latencies, 0.99),
    processor: Object.fromEntries(perThousand) as Record<string, number>,
  };
}

function rate(stretches: readonly Stretch[]): number {
  return (
    (sum(stretches.map(({ requests }) => requests)) /
      sum(stretches.map(({ milliseconds }) => milliseconds))) *
    1000
  );
}

function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
