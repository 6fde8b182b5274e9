import type { Design } from './design.ts';
import type { Latency } from './measure.ts';
import { QUESTIONS } from './questions.ts';
import type { ReadResult } from './reads.ts';
import type { WriteResult } from './writes.ts';

/** All that was measured of one design; sizes in bytes per resource. */
export interface DesignResult {
  readonly design: Pick<Design, 'name' | 'title'>;
  readonly sizes: Readonly<Record<string, number>>;
  readonly reads: readonly ReadResult[];
  readonly writes: WriteResult;
}

const number = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
const line = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const isLatency = (value: ReadResult['latency']): value is Latency => 'p50' in value;

/** The results as Markdown tables. */
export function markdown(results: readonly DesignResult[]): string {
  const names = results.map((result) => result.design.name);
  const head = (first: string): string[] => [
    line(first, ...names),
    line('---', ...names.map(() => '--:')),
  ];
  const row = (name: string, value: (result: DesignResult) => string): string =>
    line(name, ...results.map(value));
  const rate = (name: string, of: (writes: WriteResult) => number): string =>
    row(name, (result) => number(of(result.writes)));
  const out = [
    ...results.map((result) => `- **${result.design.name}**: ${result.design.title}`),
    '',
    ...head('size, bytes per resource'),
    ...[...new Set(results.flatMap((result) => Object.keys(result.sizes)))].map((relation) =>
      row(relation, (result) => result.sizes[relation]?.toFixed(0) ?? '–'),
    ),
    row('**all**', (result) =>
      Object.values(result.sizes)
        .reduce((a, b) => a + b, 0)
        .toFixed(0),
    ),
    '',
    ...head('writing'),
    rate('creates/s, own transactions, 4 connections', (w) => w.create.perSecond),
    rate('create p50, ms', (w) => w.create.p50),
    rate('create p99, ms', (w) => w.create.p99),
    rate('creates/s in transactions of 50', (w) => w.createInFifties.perSecond),
    rate('WAL per create, bytes', (w) => w.walPerCreate),
    rate('WAL per create in fifties, bytes', (w) => w.walPerCreateInFifties),
    rate('updates/s, same values', (w) => w.updateSame.perSecond),
    rate('of them HOT, %', (w) => w.updateSameHot * 100),
    rate('WAL per update, same values', (w) => w.walPerUpdateSame),
    rate('updates/s, status changed', (w) => w.updateChanged.perSecond),
    rate('WAL per update, status changed', (w) => w.walPerUpdateChanged),
    rate('processor per create, µs', (w) => w.processorPerCreate),
    rate('processor per create in fifties, µs', (w) => w.processorPerCreateInFifties),
    rate('processor per update, same values, µs', (w) => w.processorPerUpdateSame),
    rate('processor per update, status changed, µs', (w) => w.processorPerUpdateChanged),
    rate('identifier lookup among creates, p50 ms', (w) => w.lookupWhileWriting.p50),
    rate('identifier lookup among creates, p99 ms', (w) => w.lookupWhileWriting.p99),
  ];
  for (const [mode, connections] of [
    ['auto', 1],
    ['force_custom_plan', 1],
    ['auto', 8],
    ['force_custom_plan', 8],
  ] as const) {
    out.push('', ...head(`p50 / p95 ms, ${connections} connection(s), ${mode}`));
    for (const { name } of QUESTIONS) {
      out.push(
        row(name, (result) => {
          const found = result.reads.find(
            (read) =>
              read.question === name && read.mode === mode && read.connections === connections,
          );
          if (found === undefined) return '–';
          return isLatency(found.latency)
            ? `${number(found.latency.p50)} / ${number(found.latency.p95)}`
            : found.latency.error;
        }),
      );
    }
  }
  return `${out.join('\n')}\n`;
}
