import { rulesOrRefuse } from '../../storage/repository/judging/deny.ts';
import { recordingBlocked } from '../../storage/repository/judging/guarded.ts';
import { readLastOfEach } from '../../storage/repository/reading/last-of-each.ts';
import { recordShown } from '../../storage/repository/reading/record-shown.ts';
import { bundleText } from '../bundle-text.ts';
import { createResponseBudget } from '../response-budget.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { json } from '../respond.ts';
import type { CoreOperation } from './core-operation.ts';
import { patientSearch } from './patient-search.ts';

/**
 * `Observation/$lastn`: the newest observations of each code of a patient.
 * @see https://hl7.org/fhir/R4/observation-operation-lastn.html
 */
export const lastn: CoreOperation = {
  name: 'lastn',
  types: ['Observation'],
  get: true,
  permission: 'data',
  definition: 'http://hl7.org/fhir/OperationDefinition/Observation-lastn',
  documentation:
    'The newest observations of each code of a patient, narrowed by search parameters.',
  handle,
};

async function handle(call: FhirCall): Promise<FhirResponse> {
  const { services, request, context } = call;
  const { store } = services;
  const type = 'Observation';
  const { patient, where, rest, self } = patientSearch(call, 'lastn', ['max']);
  const max = numberOf(rest.get('max'), services.settings.maxCount);
  const access = { interaction: 'operation:lastn', type, query: self };
  await rulesOrRefuse(store, context, type, 'search', access);
  const rows = await recordingBlocked(store, context, access, () =>
    readLastOfEach(store, context, { type, patient, where, max }),
  );
  await recordShown(store, store.database, context, access, {
    types: [type],
    rows: rows.map((row) => ({ ...row, type })),
  });
  const budget = createResponseBudget();
  const entries = rows.map(({ id, content }) => {
    if (!budget.take(content)) throw budget.error();
    return {
      fullUrl: `${request.base}/${type}/${id}`,
      resource: content,
      search: { mode: 'match' as const },
    };
  });
  const links = [{ relation: 'self', url: `${request.base}/${request.path}?${self}` }];
  return json(200, bundleText(store.clock, 'searchset', links, entries, entries.length));
}

/** `max`: 1 unless given. */
function numberOf(text: string | undefined, limit: number): number {
  return text === undefined ? 1 : Math.min(Number(text), limit);
}
