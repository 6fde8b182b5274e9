import { recordAccess, rulesOrRefuse } from '../../storage/repository/judging/deny.ts';
import { recordingBlocked } from '../../storage/repository/judging/guarded.ts';
import {
  type QuantityStatistics,
  quantityStatistics,
} from '../../storage/repository/reading/quantity-statistics.ts';
import { raw } from '../../json/exact.ts';
import { fhirError } from '../../outcome/codes.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { json } from '../respond.ts';
import type { CoreOperation } from './core-operation.ts';
import { STATISTICS, STATISTICS_SYSTEM } from './statistic-codes.ts';
import { type StatsRequest, statsRequest } from './stats-request.ts';

const TYPE = 'Observation';

/**
 * `Observation/$stats`: figures over a patient's quantities of one code, all in one unit.
 * @see https://hl7.org/fhir/R4/observation-operation-stats.html
 */
export const stats: CoreOperation = {
  name: 'stats',
  types: [TYPE],
  get: true,
  permission: 'data',
  definition: 'http://hl7.org/fhir/OperationDefinition/Observation-stats',
  documentation: 'Average, extremes, deviation and percentiles of the quantities of a code.',
  handle,
};

async function handle(call: FhirCall): Promise<FhirResponse> {
  const { services, context, request } = call;
  const { store } = services;
  const asked = statsRequest(call);
  const access = { interaction: 'operation:stats', type: TYPE, query: request.query };
  const rules = await rulesOrRefuse(store, context, TYPE, 'search', access);
  const parameter: object[] = [];
  let found = 0;
  for (const { where, coding } of asked.series) {
    const statistics = await recordingBlocked(store, context, access, () =>
      quantityStatistics(store, context, where),
    );
    if ((statistics.units?.length ?? 0) > 1) {
      // Whose data it was is known by now, so the refusal is recorded with the patient.
      await recordAccess(store, context, { ...access, outcome: 4, patients: asked.patient });
      const error = fhirError('STATS_UNITS_DIFFER');
      error.recorded = true;
      throw error;
    }
    found += statistics.total;
    parameter.push({ name: 'statistics', resource: observation(asked, coding, statistics) });
  }
  await recordAccess(store, context, {
    ...access,
    rule: rules.map(({ id }) => id).join('|'),
    // Where the policy shows nothing of the patient, nothing of theirs was used.
    ...(found === 0 ? {} : { patients: asked.patient }),
  });
  return json(200, JSON.stringify({ resourceType: 'Parameters', parameter }));
}

function observation(
  { patient, effective, statistics }: StatsRequest,
  coding: { readonly system?: string; readonly code: string },
  found: QuantityStatistics,
): object {
  const [system, code, unit] = found.units?.[0] ?? [];
  const quantity = {
    ...(unit === null || unit === undefined ? {} : { unit }),
    ...(system === null || system === undefined ? {} : { system }),
    ...(code === null || code === undefined || system === null ? {} : { code }),
  };
  const component = statistics.map((name) => {
    const statistic = STATISTICS[name] as (typeof STATISTICS)[string];
    const value = statistic.of(found);
    const labelled = {
      code: {
        coding: [{ system: STATISTICS_SYSTEM, code: name, display: statistic.display }],
        text: statistic.display,
      },
    };
    if (value === undefined) return { ...labelled, dataAbsentReason: TOO_FEW };
    const unitOf =
      statistic.unit === 'same'
        ? quantity
        : statistic.unit === 'none' || unit === undefined || unit === null
          ? {}
          : { unit: `(${unit})2` };
    return { ...labelled, valueQuantity: { value: raw(value), ...unitOf } };
  });
  return {
    resourceType: TYPE,
    status: 'final',
    code: { coding: [coding] },
    subject: { reference: `Patient/${patient}` },
    ...(effective === undefined ? {} : { effectivePeriod: effective }),
    component,
  };
}

const TOO_FEW = {
  coding: [
    {
      system: 'http://terminology.hl7.org/CodeSystem/data-absent-reason',
      code: 'not-applicable',
    },
  ],
  text: 'There are too few values',
};
