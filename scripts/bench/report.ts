import type { DiskUse } from './disk.ts';
import type { ExportFigures } from './export.ts';
import type { Figures, Measured } from './measure.ts';

/** Everything a run has found out; this is what `--out` writes. */
export interface BenchResult {
  readonly settings: Readonly<Record<string, string | number>>;
  readonly startMilliseconds?: number;
  readonly load: { readonly resources: number; readonly perSecond: number };
  readonly workloads: readonly Measured[];
  readonly disk?: DiskUse;
  readonly export?: ExportFigures;
  readonly memory?: { readonly now: number; readonly highest: number };
}

const COLUMNS = [
  'workload',
  'requests/s',
  'resources/s',
  'p50 ms',
  'p95 ms',
  'p99 ms',
  'CPU s/1000',
  'of it PostgreSQL',
  'failed',
  'raw requests/s',
  'raw CPU s/1000',
  'of it PostgreSQL',
  'ratio',
  'CPU ratio',
];

/** The result as Markdown, which is readable on a terminal too. */
export function markdown(result: BenchResult): string {
  const rows = [COLUMNS, ...result.workloads.map(row)];
  const widths = COLUMNS.map((_, column) =>
    Math.max(...rows.map((cells) => (cells[column] ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => pad(cell, widths[column] ?? 0, column === 0)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  const rule = `|${widths.map((width, column) => '-'.repeat(width + 1) + (column === 0 ? '-' : ':')).join('|')}|`;
  return [
    line(head),
    rule,
    ...body.map(line),
    '',
    ...facts(result).map((fact) => `- ${fact}`),
    '',
  ].join('\n');
}

function row({ name, identity, writes, server, raw, ratio, processorRatio }: Measured): string[] {
  return [
    identity === 'full' ? name : `${name} (as ${identity})`,
    server.perSecond.toFixed(0),
    writes === 0 ? '' : (server.perSecond * writes).toFixed(0),
    server.p50.toFixed(1),
    server.p95.toFixed(1),
    server.p99.toFixed(1),
    processor(server),
    postgres(server),
    String(server.failures + (raw?.failures ?? 0)),
    raw?.perSecond.toFixed(0) ?? '–',
    raw === undefined ? '–' : processor(raw),
    raw === undefined ? '–' : postgres(raw),
    ratio?.toFixed(2) ?? '–',
    processorRatio?.toFixed(2) ?? '–',
  ];
}

function processor({ processor: byProcess }: Figures): string {
  const values = Object.values(byProcess);
  return values.length === 0 ? '–' : values.reduce((a, b) => a + b, 0).toFixed(2);
}

function postgres({ processor: byProcess }: Figures): string {
  return byProcess['PostgreSQL']?.toFixed(2) ?? '–';
}

function facts({
  settings,
  startMilliseconds,
  load,
  disk,
  memory,
  export: exported,
}: BenchResult): readonly string[] {
  const megabytes = (bytes: number): string => `${(bytes / 1_048_576).toFixed(0)} MiB`;
  return [
    Object.entries(settings)
      .map(([name, value]) => `${name} ${value}`)
      .join(', '),
    ...(startMilliseconds === undefined
      ? []
      : [`first start with creation of the databases: ${(startMilliseconds / 1000).toFixed(1)} s`]),
    `loading: ${load.resources} resources, ${load.perSecond.toFixed(0)} resources/s`,
    ...(disk === undefined
      ? []
      : [
          `disk: ${disk.bytesPerResource.toFixed(0)} bytes a resource with all its indexes (its text alone: ${disk.textPerResource.toFixed(0)} bytes), ${disk.bytesPerAuditRow.toFixed(0)} bytes an audit row`,
          `bytes a resource by table and index: ${Object.entries(disk.relations)
            .map(([name, bytes]) => `${name} ${bytes.toFixed(0)}`)
            .join(', ')}`,
        ]),
    ...(exported === undefined
      ? []
      : [
          `$export of everything: ${exported.resources} resources, ${exported.perSecond.toFixed(0)} resources/s, raw ${exported.rawPerSecond.toFixed(0)} resources/s, ratio ${exported.ratio.toFixed(2)}`,
        ]),
    ...(memory === undefined
      ? []
      : [
          `resident memory of the server: ${megabytes(memory.now)} at the end, ${megabytes(memory.highest)} at most`,
        ]),
  ];
}

function pad(text: string, width: number, left: boolean): string {
  return left ? text.padEnd(width) : text.padStart(width);
}
