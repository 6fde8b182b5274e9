import { fhirError } from '../../../outcome/codes.ts';
import type { Access, AccessContext } from '../../access-context.ts';
import type { ClinicalStore } from '../../clinical-store.ts';
import type { SqlClient } from '../../database.ts';
import { runUnit } from './commit.ts';
import { type Criteria, findMatches, type Match } from './conditional.ts';
import { lockCriteria } from './criteria-lock.ts';
import { type CascadeOptions, settleReferrers } from '../references/delete-conflicts.ts';
import { checkReferences } from '../references/integrity.ts';
import { Refusal } from './refusal.ts';
import { addCreate } from './add-to-unit.ts';
import type { ResourceInput, Unit, WriteResult } from './unit.ts';
import {
  type Change,
  deleteInUnit,
  patchInUnit,
  putInUnit,
  versionConflict,
  type WriteOptions,
} from './write.ts';
import { type ShownDeletion, shownDeletion, type ShownWrite, shownWrite } from './shown-write.ts';
import { currentVersion } from '../judging/visible.ts';

/** Resources that one conditional delete deletes at most. */
export const MAX_CONDITIONAL_DELETE = 1000;

/** A write and whether the criteria matched something. */
export type ConditionalResult = ShownWrite & { readonly matched: boolean };

/**
 * Creates a resource unless the criteria match one.
 * @throws FhirError `FHIR_MULTIPLE_MATCHES`, otherwise as create; `ACCESS_DENIED` where the caller may not search the type
 * @see https://hl7.org/fhir/R4/http.html#ccreate
 */
export async function createIfNoneExists(
  store: ClinicalStore,
  context: AccessContext,
  criteria: Criteria,
  input: ResourceInput,
): Promise<ConditionalResult> {
  const found = await locked(store, context, 'create', criteria, async (unit, client) => {
    const match = await onlyMatch(unit, client, criteria, 'create');
    if (match !== undefined) return { ...matchResult(criteria.type, match), matched: true };
    const created = await addCreate(unit, input);
    await checkReferences(unit, client);
    return { ...created, matched: false };
  });
  return { ...(await shownWrite(store, context, found)), matched: found.matched };
}

/**
 * Updates the one resource that the criteria match; creates it where they match none.
 * @throws FhirError `FHIR_MULTIPLE_MATCHES`, `FHIR_ID_DIFFERS`, `FHIR_ID_TAKEN`, otherwise as update
 * @see https://hl7.org/fhir/R4/http.html#cond-update
 */
export async function updateMatching(
  store: ClinicalStore,
  context: AccessContext,
  criteria: Criteria,
  input: ResourceInput,
  options: WriteOptions,
): Promise<ConditionalResult> {
  const found = await locked(store, context, 'update', criteria, async (unit, client) => {
    const match = await onlyMatch(unit, client, criteria, 'update');
    const result = await putMatch(unit, client, criteria.type, match, input, options);
    await checkReferences(unit, client);
    return { ...result, matched: match !== undefined };
  });
  return { ...(await shownWrite(store, context, found)), matched: found.matched };
}

/** The conditional update as part of a unit, once it is known what the criteria match. */
export async function putMatch(
  unit: Unit,
  client: SqlClient,
  type: string,
  match: Pick<Match, 'id'> | undefined,
  input: ResourceInput,
  options: WriteOptions,
  newId?: string,
): Promise<WriteResult> {
  const { id } = input.resource;
  if (match !== undefined) {
    if (id !== undefined && id !== match.id) throw fhirError('FHIR_ID_DIFFERS');
    return putInUnit(unit, client, match.id, input, options);
  }
  if (options.ifMatch !== undefined) {
    throw versionConflict(type, options.ifMatch);
  }
  if (id === undefined) return addCreate(unit, input, newId);
  const taken = unit.context.principal.policy.rules(type, 'update');
  const current = await currentVersion(unit.store, client, type, id, taken);
  if (current !== undefined && !current.deleted && current.rule !== null) {
    throw new Refusal(
      { interaction: 'update', type, id },
      fhirError('FHIR_ID_TAKEN', { reference: `${type}/${id}` }),
    );
  }
  return putInUnit(unit, client, id, input, options);
}

/**
 * Patches the one resource that the criteria match.
 * @throws FhirError `FHIR_NO_MATCH`, `FHIR_MULTIPLE_MATCHES`, otherwise as patch
 * @see https://hl7.org/fhir/R4/http.html#patch
 */
export async function patchMatching(
  store: ClinicalStore,
  context: AccessContext,
  criteria: Criteria,
  change: Change,
  options: WriteOptions,
): Promise<ShownWrite> {
  const { type } = criteria;
  const written = await locked(store, context, 'patch', criteria, async (unit, client) => {
    const match = await onlyMatch(unit, client, criteria, 'patch');
    if (match === undefined) {
      throw new Refusal({ interaction: 'patch', type }, fhirError('FHIR_NO_MATCH', { type }));
    }
    const result = await patchInUnit(unit, client, type, match.id, change, options);
    await checkReferences(unit, client);
    return result;
  });
  return shownWrite(store, context, written);
}

/**
 * Deletes what the criteria match.
 * @param options `several`: all matches, else one at most
 * @returns what was deleted
 * @throws FhirError `FHIR_MULTIPLE_MATCHES`, `FHIR_TOO_MANY_MATCHES`, otherwise as delete
 * @see https://hl7.org/fhir/R4/http.html#3.1.0.7.1
 */
export async function deleteMatching(
  store: ClinicalStore,
  context: AccessContext,
  criteria: Criteria,
  options: WriteOptions & CascadeOptions & { readonly several: boolean },
): Promise<readonly ShownDeletion[]> {
  const { type } = criteria;
  const all = await locked(store, context, 'delete', criteria, async (unit, client) => {
    const matches = options.several
      ? await findMatches(unit, client, criteria, MAX_CONDITIONAL_DELETE + 1)
      : [await onlyMatch(unit, client, criteria, 'delete')].filter((match) => match !== undefined);
    if (matches.length > MAX_CONDITIONAL_DELETE) {
      throw new Refusal(
        { interaction: 'delete', type },
        fhirError('FHIR_TOO_MANY_MATCHES', { limit: MAX_CONDITIONAL_DELETE }),
      );
    }
    const deleted: WriteResult[] = [];
    for (const { id } of matches) {
      const result = await deleteInUnit(unit, client, type, id, options);
      if (result !== undefined) deleted.push(result);
    }
    const { cascade = false } = options;
    await settleReferrers(
      unit,
      client,
      deleted.map(({ id }) => ({ type, id, cascade })),
    );
    return deleted;
  });
  return all.map((one) => shownDeletion(store, context, one));
}

/**
 * The one resource that the criteria match, or undefined.
 * @throws Refusal with `FHIR_MULTIPLE_MATCHES`
 */
export async function onlyMatch(
  unit: Unit,
  client: SqlClient,
  criteria: Criteria,
  interaction: string,
  without?: readonly string[],
): Promise<Match | undefined> {
  const { type } = criteria;
  const [match, second] = await findMatches(unit, client, criteria, 2, without);
  if (second === undefined) return match;
  throw new Refusal(
    { interaction, type },
    fhirError('FHIR_MULTIPLE_MATCHES', { interaction, type }),
  );
}

/** A match as the result of a create that was not needed. */
export function matchResult(type: string, { id, version, content }: Match): WriteResult {
  const { meta } = JSON.parse(content) as { readonly meta: { readonly lastUpdated: string } };
  const lastUpdated = Date.parse(meta.lastUpdated);
  return { type, id, version, lastUpdated, content, created: false, changed: false };
}

/** Runs a unit in one transaction in which no other with equal criteria runs. */
function locked<T>(
  store: ClinicalStore,
  context: AccessContext,
  interaction: string,
  criteria: Criteria,
  work: (unit: Unit, client: SqlClient) => Promise<T>,
): Promise<T> {
  const access: Access = { interaction, type: criteria.type };
  return runUnit(
    store,
    context,
    access,
    async (unit, client) => {
      await lockCriteria(client, [criteria]);
      return work(unit, client);
    },
    (_client, result) => Promise.resolve(result),
  );
}
