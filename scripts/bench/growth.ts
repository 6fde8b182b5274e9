import { deepPageWorkload } from './deep-page.ts';
import { type DiskUse, diskUse } from './disk.ts';
import { type LoadedData, loadData } from './load-data.ts';
import { type Load, type Measured, measure } from './measure.ts';
import type { OwnServer } from './own-server.ts';
import { RECORD_SIZE } from './patient-record.ts';
import { readWorkloads } from './read-workloads.ts';

/** What was measured with so many resources in the database. */
export interface GrowthStep {
  readonly resources: number;
  readonly disk: DiskUse;
  readonly workloads: readonly Measured[];
}

/** Patients that are loaded with one token: it lives for minutes. */
const CHUNK = 300;

/**
 * Loads the data set up to each size in turn and measures reads and searches at it. Without a raw app: a second copy of
 * the data would take memory from what is measured.
 * @param sizes numbers of resources, ascending
 */
export async function measureGrowth(
  own: OwnServer,
  sizes: readonly number[],
  load: Load,
  only: RegExp | undefined,
  say: (text: string) => void,
): Promise<readonly GrowthStep[]> {
  const server = own.side('full');
  const steps: GrowthStep[] = [];
  let data: LoadedData | undefined;
  for (const size of sizes) {
    const patients = Math.ceil(size / RECORD_SIZE);
    for (let known = data?.patients.length ?? 0; known < patients; known = data.patients.length) {
      say(`loading ${known} of ${patients} patients`);
      await own.renewTokens();
      const more = Math.min(CHUNK, patients - known);
      data = await loadData(
        server.target,
        own.base,
        more,
        'sandbox-patient',
        () => undefined,
        data,
      );
    }
    if (data === undefined) throw new TypeError('Nothing was loaded.');
    const disk = await diskUse(own.clinical);
    const workloads = [
      ...readWorkloads(own.base, data, 'full', undefined),
      ...readWorkloads(own.base, data, 'patient', undefined),
      await deepPageWorkload(own.base, server.target),
    ].filter(({ name }) => only?.test(name) !== false);
    const measured: Measured[] = [];
    for (const workload of workloads) {
      say(`${disk.resources} resources: ${workload.name} as ${workload.identity}`);
      await own.renewTokens();
      measured.push(await measure(workload, own.side(workload.identity), undefined, load));
    }
    steps.push({ resources: disk.resources, disk, workloads: measured });
  }
  return steps;
}

/** A table with a line for each workload and the latencies at each size. */
export function growthMarkdown(steps: readonly GrowthStep[]): string {
  const names = steps[0]?.workloads.map(({ name, identity }) => ({ name, identity })) ?? [];
  const columns = steps.map(({ resources }) => `${resources} resources: p50 / p95 / p99 ms`);
  const lines = names.map(({ name, identity }, index) => {
    const cells = steps.map(({ workloads }) => {
      const figures = workloads[index]?.server;
      if (figures === undefined) return '–';
      return [figures.p50, figures.p95, figures.p99].map((value) => value.toFixed(1)).join(' / ');
    });
    return `| ${[identity === 'full' ? name : `${name} (as ${identity})`, ...cells].join(' | ')} |`;
  });
  const disk = steps.map(
    ({ resources, disk: { bytesPerResource } }) =>
      `${resources} resources: ${bytesPerResource.toFixed(0)} bytes each on disk`,
  );
  return [
    `| ${['workload', ...columns].join(' | ')} |`,
    `|---${'|--:'.repeat(columns.length)}|`,
    ...lines,
    '',
    ...disk.map((line) => `- ${line}`),
    '',
  ].join('\n');
}
