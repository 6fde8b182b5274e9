import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import type { Target } from './drive.ts';

/** Figures of a bulk export of everything. */
export interface ExportFigures {
  readonly resources: number;
  /** Resources per second, from the kick-off to the last byte of the last file. */
  readonly perSecond: number;
  /** The same of the raw app, which streams the rows in one answer. */
  readonly rawPerSecond: number;
  readonly ratio: number;
}

/** Pause between two looks at the status, in milliseconds: short beside the whole. */
const POLL = 20;

/** Exports everything from both sides, some times in turns, and takes the best of each. */
export async function measureExport(
  server: Target,
  base: string,
  raw: Target,
  rounds: number,
): Promise<ExportFigures> {
  let best = 0;
  let bare = 0;
  let resources = 0;
  for (let round = 0; round < rounds; round += 1) {
    const theirs = await timed(() => lines(raw, '/export'));
    const own = await timed(() => exported(server, base));
    resources = own.lines;
    bare = Math.max(bare, theirs.perSecond);
    best = Math.max(best, own.perSecond);
  }
  return { resources, perSecond: best, rawPerSecond: bare, ratio: best / bare };
}

async function timed(
  work: () => Promise<number>,
): Promise<{ readonly lines: number; readonly perSecond: number }> {
  const started = performance.now();
  const count = await work();
  return { lines: count, perSecond: (count / (performance.now() - started)) * 1000 };
}

/** Kick-off, status until it is done, then every file. @throws TypeError where the server does otherwise */
async function exported(target: Target, base: string): Promise<number> {
  const kickOff = await target.pool.request({
    method: 'GET',
    path: `${base}/$export`,
    headers: { ...target.headers(), prefer: 'respond-async', accept: 'application/fhir+json' },
  });
  const refusal = await kickOff.body.text();
  const status = kickOff.headers['content-location'];
  if (kickOff.statusCode !== 202 || typeof status !== 'string')
    throw new TypeError(`$export: status ${kickOff.statusCode}: ${refusal.slice(0, 500)}`);
  for (;;) {
    const { statusCode, body } = await get(target, status);
    const text = await body.text();
    if (statusCode === 202) {
      await pause(POLL);
      continue;
    }
    if (statusCode !== 200)
      throw new TypeError(`$export: status ${statusCode}: ${text.slice(0, 500)}`);
    const { output } = JSON.parse(text) as { output: readonly { url: string }[] };
    const counts = await Promise.all(output.map(({ url }) => lines(target, url)));
    return counts.reduce((sum, count) => sum + count, 0);
  }
}

async function lines(target: Target, url: string): Promise<number> {
  const { statusCode, body } = await get(target, url);
  if (statusCode !== 200) throw new TypeError(`${url}: status ${statusCode}`);
  let count = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) count += 1;
  }
  return count;
}

/** Links bear the public origin; the bench asks where the server listens. */
function get(target: Target, link: string) {
  const url = new URL(link, 'http://127.0.0.1');
  return target.pool.request({
    method: 'GET',
    path: url.pathname + url.search,
    headers: target.headers(),
  });
}
