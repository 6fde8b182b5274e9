import { createHash } from 'node:crypto';
import type { MeasureReport } from '@medplum/fhirtypes';
import type { AggregateService, Release, ReleaseLog } from '../../../src/plugin/sdk.ts';
import type { ResearchConfig } from '../config.ts';
import { researchError } from '../errors.ts';
import { evaluateGroup, type EvaluatedGroup } from '../evaluation/evaluate-group.ts';
import type { MeasurePeriod } from '../measure/period.ts';
import { divisionKey, type ReadMeasure } from '../measure/read-measure.ts';
import { GroupTooClose, type ProtectedGroup, protectGroup } from '../protection/protect-group.ts';
import { measureReport } from './measure-report.ts';
import { publishedSets } from './published-sets.ts';

/** What is released, and to whom. */
export interface ReleaseRequest {
  readonly aggregates: AggregateService;
  readonly config: ResearchConfig;
  /** Logical id of the Measure. */
  readonly id: string;
  readonly measure: ReadMeasure;
  readonly period: MeasurePeriod;
  /** Smallest number of people of a cell. */
  readonly k: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

const DAY = 86_400_000;

/**
 * Evaluates a measure and releases what may be published of it. A measure and period are released once to a caller: asked
 * for again, the same report is given again, so that nothing is learned from how data have changed since.
 * @throws FhirError `RESEARCH_STRATA_DIFFER`, `RESEARCH_TOO_CLOSE`; nothing is released then
 */
export async function releaseMeasure(request: ReleaseRequest): Promise<MeasureReport> {
  const { aggregates, measure, period, id } = request;
  const subject = `Measure/${id} ${period.start}`;
  const definition = definitionOf(request);
  const known = await aggregates.release((log) => earlierReport(log, request, subject, definition));
  if (known !== undefined) return known;
  const groups: EvaluatedGroup[] = [];
  for (const group of measure.groups) groups.push(await evaluateGroup(aggregates, group, period));
  return aggregates.release(async (log) => {
    const meanwhile = await earlierReport(log, request, subject, definition);
    return meanwhile ?? release(log, request, subject, definition, groups);
  });
}

async function earlierReport(
  log: ReleaseLog,
  { config, now }: ReleaseRequest,
  subject: string,
  definition: string,
): Promise<MeasureReport | undefined> {
  await log.forget(new Date(now - config.rememberDays * DAY));
  const found = (await log.earlier(subject)).find((one) => one.definition === definition);
  return found?.report as MeasureReport | undefined;
}

async function release(
  log: ReleaseLog,
  { config, k, measure, now, period }: ReleaseRequest,
  subject: string,
  definition: string,
  groups: readonly EvaluatedGroup[],
): Promise<MeasureReport> {
  const strata = strataOf(measure);
  demandSameStrata(strata, await log.strata());
  const published = publishedSets(log, k, config.compareWith === 'everyone');
  const shown: ProtectedGroup[] = [];
  try {
    for (const group of groups) shown.push(await protectGroup(group, k, published));
  } catch (error) {
    if (error instanceof GroupTooClose) throw researchError('RESEARCH_TOO_CLOSE');
    throw error;
  }
  const date = new Date(now).toISOString();
  const head = { canonical: measure.canonical, period, date, rounding: config.rounding };
  const report = measureReport(head, shown);
  await log.add({ subject, definition, strata, report, cells: published.added });
  return report;
}

/** Digest of everything the numbers depend on beside the data. */
function definitionOf({ config, k, measure }: ReleaseRequest): string {
  const { rounding } = config;
  return createHash('sha256').update(JSON.stringify({ k, rounding, measure })).digest('hex');
}

function strataOf({ groups }: ReadMeasure): Release['strata'] {
  return Object.fromEntries(
    groups.flatMap(({ stratifiers }) =>
      stratifiers.map(({ division }) => [divisionKey(division), division.values] as const),
    ),
  );
}

/**
 * People are divided by a parameter in one way only, in whatever measure: strata that overlap, taken together, are finer
 * than each of them.
 */
function demandSameStrata(strata: Release['strata'], before: readonly Release['strata'][]): void {
  for (const [parameter, values] of Object.entries(strata)) {
    const differs = before.some((known) => {
      const others = known[parameter];
      return others !== undefined && JSON.stringify(others) !== JSON.stringify(values);
    });
    if (differs) throw researchError('RESEARCH_STRATA_DIFFER', { parameter });
  }
}
