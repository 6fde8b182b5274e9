import type { Measure, MeasureReport } from '@medplum/fhirtypes';
import type { OperationCall, PluginHost } from '../../src/plugin/sdk.ts';
import type { ResearchConfig } from './config.ts';
import { researchError } from './errors.ts';
import { readPeriod } from './measure/period.ts';
import { readMeasure, typesOf } from './measure/read-measure.ts';
import { readParameters } from './measure/read-parameters.ts';
import { releaseMeasure } from './release/release-measure.ts';

/** DICOM: data left the system. */
const EXPORT = '110106';

/** Composes the plugin: one operation. */
export function registerResearch(host: PluginHost<ResearchConfig>): void {
  host.operation({
    name: 'evaluate-measure',
    level: 'instance',
    resourceType: 'Measure',
    get: true,
    documentation:
      'Counts for those who may see aggregates only, with protection against finding persons in them.',
    handle: (call) => evaluateMeasure(host, call),
  });
}

/**
 * `Measure/[id]/$evaluate-measure`.
 * @throws FhirError `FHIR_NOT_FOUND`, `RESEARCH_*`, `AGGREGATE_DENIED`, `AGGREGATE_TOO_LARGE`
 * @see https://hl7.org/fhir/R4/measure-operation-evaluate-measure.html
 */
async function evaluateMeasure(
  host: PluginHost<ResearchConfig>,
  { aggregates, id = '', parameters, principal, requestId }: OperationCall,
): Promise<MeasureReport> {
  const { clock, config, repository } = host;
  const now = clock.now();
  const { periodStart, periodEnd } = readParameters(parameters);
  const period = readPeriod(periodStart, periodEnd, config.periodMonths, now);
  const measure = readMeasure(await repository.read<Measure>('Measure', id));
  const types = typesOf(measure);
  const demanded = aggregates.threshold(types);
  if (demanded === undefined || types.some((type) => aggregates.threshold([type]) === undefined))
    throw researchError('RESEARCH_NOT_OPENED');
  if (!(await aggregates.spend(config.queriesPerDay)))
    throw researchError('RESEARCH_BUDGET_SPENT', {}, { retryAfter: secondsOfDayLeft(now) });
  const k = Math.max(demanded, config.minimumCell);
  const report = await releaseMeasure({ aggregates, config, id, measure, period, k, now });
  await host.audit({
    type: EXPORT,
    outcome: 'success',
    agent: principal.reference,
    ...(principal.clientId === undefined ? {} : { clientId: principal.clientId }),
    description: `An aggregate of Measure/${id} for the period from ${period.start} was given out`,
    requestId,
  });
  return report;
}

function secondsOfDayLeft(now: number): number {
  const day = 86_400_000;
  return Math.ceil((day - (now % day)) / 1000);
}
