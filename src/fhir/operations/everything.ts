import { or, type SearchExpression } from '../../search/expression.ts';
import { recordingBlocked } from '../../storage/repository/judging/guarded.ts';
import {
  readCompartmentPage,
  type TypedRow,
} from '../../storage/repository/reading/compartment-page.ts';
import { readResource } from '../../storage/repository/reading/read.ts';
import { readVisible } from '../../storage/repository/reading/read-visible.ts';
import { recordShown } from '../../storage/repository/reading/record-shown.ts';
import type { ShownText } from '../../storage/repository/shown/shown-text.ts';
import { type BundleEntryText, bundleText } from '../bundle-text.ts';
import { createResponseBudget } from '../response-budget.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { json } from '../respond.ts';
import type { CoreOperation, OperationTarget } from './core-operation.ts';
import { directReferences } from './direct-references.ts';
import { encounterMember } from './encounter-compartment.ts';
import { GUARDED_TYPES } from './visible-types.ts';
import { type EverythingRequest, everythingRequest } from './everything-request.ts';

/**
 * `Patient/[id]/$everything`, `Patient/$everything` and `Encounter/[id]/$everything`.
 * @see https://hl7.org/fhir/R4/patient-operation-everything.html
 */
export const everything: CoreOperation = {
  name: 'everything',
  types: ['Patient'],
  instances: ['Encounter', 'Patient'],
  get: true,
  permission: 'data',
  definition: 'http://hl7.org/fhir/OperationDefinition/Patient-everything',
  documentation: 'All that belongs to a patient or an encounter, and what it refers to directly.',
  handle,
};

async function handle(call: FhirCall, target: OperationTarget): Promise<FhirResponse> {
  const { services, request, context } = call;
  const { store, definitions } = services;
  const asked = everythingRequest(call, target);
  const { id, type = 'Patient' } = target;
  // Whoever may not see the patient learns nothing, on every page.
  const subject = id === undefined ? undefined : await readResource(store, context, type, id);
  const query = compartment(call, target, asked);
  const access = { interaction: 'operation:everything', type, query: request.query };
  const rows = await recordingBlocked(store, context, access, () =>
    readCompartmentPage(store, context, { ...query, limit: asked.count + 1 }),
  );
  const page = rows.slice(0, asked.count);
  const first = asked.after === undefined && subject !== undefined && asked.types.has(type);
  const texts = [...(first ? [subject.content] : []), ...page.map(({ content }) => content)];
  const shown = new Set([`${type}/${id ?? ''}`, ...page.map((row) => referenceOf(call, row))]);
  const wanted = directReferences(
    texts,
    (other) => asked.types.has(other) && follows(call, type, other),
    definitions,
    services.settings.baseUrls,
  );
  const included = (await readVisible(store, context, wanted)).filter(
    (row) => !shown.has(referenceOf(call, row)),
  );
  await recordShown(
    store,
    store.database,
    context,
    { ...access, ...(id === undefined ? {} : { id }) },
    {
      types: query.types,
      rows: [...page, ...included].map((row) => ({ ...row, type: store.types.name(row.type) })),
    },
  );
  const budget = createResponseBudget();
  const entry = (
    reference: string,
    resource: ShownText,
    mode: 'match' | 'include',
  ): BundleEntryText => {
    if (!budget.take(resource)) throw budget.error();
    return { fullUrl: `${request.base}/${reference}`, resource, search: { mode } };
  };
  const entries = [
    ...(first ? [entry(`${type}/${id ?? ''}`, subject.content, 'match')] : []),
    ...page.map((row) => entry(referenceOf(call, row), row.content, 'match')),
    ...included.map((row) => entry(referenceOf(call, row), row.content, 'include')),
  ];
  const last = page.at(-1);
  const links = asked.links(
    rows.length > page.length && last !== undefined
      ? { type: last.type, rid: last.rid }
      : undefined,
  );
  return json(200, bundleText(store.clock, 'searchset', links, entries));
}

function referenceOf({ services }: FhirCall, { type, id }: TypedRow): string {
  return `${services.store.types.name(type)}/${id}`;
}

/** What is outside of the compartments is followed; of an encounter everything is. */
function follows({ services }: FhirCall, type: string, other: string): boolean {
  if (GUARDED_TYPES.includes(other)) return false;
  if (type === 'Encounter') return true;
  return other !== 'Patient' && services.definitions.patientCompartment(other).length === 0;
}

function compartment(
  { services: { definitions } }: FhirCall,
  { type, id }: OperationTarget,
  { types, since, from, to, after, patients }: EverythingRequest,
): Omit<Parameters<typeof readCompartmentPage>[2], 'limit'> {
  const ownTypes = definitions.resourceTypes.filter((name) => !GUARDED_TYPES.includes(name));
  const common = {
    ...(since === undefined ? {} : { since }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(after === undefined ? {} : { after }),
  };
  if (type === 'Encounter' && id !== undefined) {
    return {
      ...common,
      types: ownTypes.filter((name) => name !== 'Encounter' && types.has(name)),
      member: (name) => encounterMember(definitions, name, id),
    };
  }
  const named = id === undefined ? patients : [id];
  const member: SearchExpression =
    named === undefined
      ? { kind: 'all' }
      : or(...named.map((patient) => ({ kind: 'compartment', patient }) as const));
  const isSubject: SearchExpression = { kind: 'id', ids: id === undefined ? [] : [id] };
  return {
    ...common,
    ofPatients: named === undefined,
    types: ownTypes.filter(
      (name) =>
        types.has(name) && (name === 'Patient' || definitions.patientCompartment(name).length > 0),
    ),
    // The patient itself comes first, so it is left out where it would come again.
    member: (name) =>
      name === 'Patient' && id !== undefined
        ? { kind: 'and', operands: [member, { kind: 'not', operand: isSubject }] }
        : member,
  };
}
