import type { Parameters } from '@medplum/fhirtypes';
import { researchError } from '../errors.ts';

/** What an evaluation may be asked for; there are no filters. */
const KNOWN: ReadonlySet<string> = new Set([
  'periodStart',
  'periodEnd',
  'reportType',
  '_format',
  '_pretty',
]);

/**
 * Reads the parameters of `$evaluate-measure`.
 * @throws FhirError `RESEARCH_PARAMETER_INVALID`
 * @see https://hl7.org/fhir/R4/measure-operation-evaluate-measure.html
 */
export function readParameters({ parameter = [] }: Parameters): {
  readonly periodStart?: string;
  readonly periodEnd?: string;
} {
  const given = new Map<string, string>();
  for (const { name = '', valueString, valueDate, valueCode } of parameter) {
    const refuse = (reason: string): never => {
      throw researchError('RESEARCH_PARAMETER_INVALID', { name: name.slice(0, 64), reason });
    };
    if (!KNOWN.has(name)) refuse('measures are evaluated as the catalogue has them');
    if (given.has(name)) refuse('it is given more than once');
    given.set(name, valueDate ?? valueCode ?? valueString ?? refuse('it has no value'));
  }
  const reportType = given.get('reportType') ?? 'summary';
  // Older implementations say population where R4 says summary.
  if (reportType !== 'summary' && reportType !== 'population')
    throw researchError('RESEARCH_PARAMETER_INVALID', {
      name: 'reportType',
      reason: 'only summary is given, never persons',
    });
  const periodStart = given.get('periodStart');
  const periodEnd = given.get('periodEnd');
  return {
    ...(periodStart === undefined ? {} : { periodStart }),
    ...(periodEnd === undefined ? {} : { periodEnd }),
  };
}
