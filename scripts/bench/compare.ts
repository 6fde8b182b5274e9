import type { Measured } from './measure.ts';
import type { Workload } from './workload.ts';

/** What policy and ledger cost a workload. */
export interface Cost {
  readonly name: string;
  readonly identity: Workload['identity'];
  /** Requests per second with and without. */
  readonly guarded: number;
  readonly bare: number;
  /** Share of the throughput that they take: the median of the rounds. */
  readonly throughput: number;
  /** Milliseconds that they add to the median request. */
  readonly p50: number;
  /** Share of the processor time of a request that they are. */
  readonly processor?: number;
}

/** Workloads of the guarded server, with the same of the bare one on the other side. */
export function opposed(
  guarded: readonly Workload[],
  bare: readonly Workload[],
): readonly Workload[] {
  return guarded.flatMap((workload, index) => {
    const other = bare[index];
    if (other?.name !== workload.name) return [];
    const raw = { raw: other.server, rawStatus: other.status };
    // Each server has given its own ids.
    return [{ ...workload, ...raw, comparable: false, asMany: workload.comparable }];
  });
}

/** The costs, from measurements of {@link opposed} workloads. */
export function costsOf(measured: readonly Measured[]): readonly Cost[] {
  return measured.flatMap(({ name, identity, server, raw, ratio, processorRatio }) =>
    raw === undefined || ratio === undefined
      ? []
      : [
          {
            name,
            identity,
            guarded: server.perSecond,
            bare: raw.perSecond,
            throughput: 1 - ratio,
            p50: server.p50 - raw.p50,
            ...(processorRatio === undefined ? {} : { processor: 1 - processorRatio }),
          },
        ],
  );
}

/** The costs as Markdown. */
export function costsMarkdown(costs: readonly Cost[]): string {
  const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
  return [
    '| workload | requests/s | without policy and ledger | throughput taken | p50 added, ms | CPU taken |',
    '|---|--:|--:|--:|--:|--:|',
    ...costs.map(({ name, identity, guarded, bare, throughput, p50, processor }) => {
      const title = identity === 'full' ? name : `${name} (as ${identity})`;
      const cells = [guarded.toFixed(0), bare.toFixed(0), percent(throughput), p50.toFixed(2)];
      return `| ${[title, ...cells, processor === undefined ? '–' : percent(processor)].join(' | ')} |`;
    }),
    '',
  ].join('\n');
}
