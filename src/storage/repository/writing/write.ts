import type { PolicyRule } from '../../../access/policy.ts';
import { fhirError } from '../../../outcome/codes.ts';
import type { FhirError } from '../../../outcome/fhir-error.ts';
import type { SearchExpression } from '../../../search/expression.ts';
import { type AccessContext, auditRows } from '../../access-context.ts';
import type { ClinicalStore } from '../../clinical-store.ts';
import type { SqlClient } from '../../database.ts';
import { runUnit } from './commit.ts';
import { type CascadeOptions, settleReferrers } from '../references/delete-conflicts.ts';
import { checkReferences } from '../references/integrity.ts';
import { type ShownDeletion, shownDeletion, type ShownWrite, shownWrite } from './shown-write.ts';
import { Refusal } from './refusal.ts';
import { addCreate, addDelete, addUpdate } from './add-to-unit.ts';
import { type ResourceInput, type Unit, unitRules, type WriteResult } from './unit.ts';
import { currentVersion, type JudgedRow } from '../judging/visible.ts';
import { allowedDelete } from './allowed-delete.ts';
import { holdingRules } from '../judging/holding-rules.ts';
import { showVersion } from '../shown/show.ts';
import { viewVersion } from '../shown/shown-version.ts';

/** Conditions of a write. */
export interface WriteOptions {
  /** The current version must be one of these. */
  readonly ifMatch?: readonly string[];
}

/** Changes a resource as the caller sees it into the one they ask for. */
export type Change = (current: string) => ResourceInput;

/**
 * Creates a resource under a new random id.
 * @param id an id that this server made before, while it read a Bundle
 * @throws FhirError `ACCESS_DENIED`, `FHIR_INVALID_RESOURCE`
 * @see https://hl7.org/fhir/R4/http.html#create
 */
export async function createResource(
  store: ClinicalStore,
  context: AccessContext,
  input: ResourceInput,
  id?: string,
): Promise<ShownWrite> {
  const written = await runUnit(
    store,
    context,
    { interaction: 'create', type: input.resource.resourceType },
    async (unit, client) => {
      const result = await addCreate(unit, input, id);
      await checkReferences(unit, client);
      return result;
    },
  );
  return shownWrite(store, context, written);
}

/**
 * Creates resources under ids that the server has made, in one commit: all or none.
 * @throws FhirError `ACCESS_DENIED`, `FHIR_INVALID_RESOURCE`
 */
export async function createTogether(
  store: ClinicalStore,
  context: AccessContext,
  inputs: readonly { readonly input: ResourceInput; readonly id: string }[],
): Promise<readonly ShownWrite[]> {
  const access = { interaction: 'transaction' };
  const written = await runUnit(store, context, access, async (unit, client) => {
    const results: WriteResult[] = [];
    for (const { input, id } of inputs) results.push(await addCreate(unit, input, id));
    await checkReferences(unit, client);
    return results;
  });
  return Promise.all(written.map((result) => shownWrite(store, context, result)));
}

/**
 * Replaces a resource, or creates it under the id the client chose.
 * @throws FhirError `ACCESS_DENIED`, `FHIR_NOT_FOUND`, `FHIR_VERSION_CONFLICT`, `FHIR_INVALID_RESOURCE`
 * @see https://hl7.org/fhir/R4/http.html#update
 */
export async function updateResource(
  store: ClinicalStore,
  context: AccessContext,
  id: string,
  input: ResourceInput,
  options: WriteOptions = {},
): Promise<ShownWrite> {
  const written = await runUnit(
    store,
    context,
    { interaction: 'update', type: input.resource.resourceType, id },
    async (unit, client) => {
      const result = await putInUnit(unit, client, id, input, options);
      await checkReferences(unit, client);
      return result;
    },
  );
  return shownWrite(store, context, written);
}

/** The update as part of a unit. */
export async function putInUnit(
  unit: Unit,
  client: SqlClient,
  id: string,
  input: ResourceInput,
  options: WriteOptions,
): Promise<WriteResult> {
  const type = input.resource.resourceType;
  const rules = unitRules(unit, type, 'update', { interaction: 'update', type, id });
  const current = await currentVersion(unit.store, client, type, id, rules);
  return putOver(unit, id, input, options, current);
}

/**
 * The update over a current version that is known already.
 * @param current judged by the update rules; undefined where there is none
 * @throws Refusal as {@link updateResource}
 */
export async function putOver(
  unit: Unit,
  id: string,
  input: ResourceInput,
  options: WriteOptions,
  current: JudgedRow | undefined,
): Promise<WriteResult> {
  const { context } = unit;
  const type = input.resource.resourceType;
  const access = { interaction: 'update', type, id };
  const rules = unitRules(unit, type, 'update', access);
  if (current !== undefined && !current.deleted && current.rule !== null) {
    await checkVersion(unit, current, options, access);
    return addUpdate(unit, input, current, 'update');
  }
  // An id that is free and one that is taken by what the caller may not see must look alike. So only those may choose an
  // id who would see whatever had it and may create whatever gets it; to all others both are unknown.
  const free = current === undefined || current.deleted;
  const creating = context.principal.policy.rules(type, 'create');
  const chooses =
    (context.principal.plansIds === true && creating.length > 0) ||
    (holdsForId(creating, id) && holdsForId(rules, id));
  if (!free || !chooses)
    throw new Refusal(access, fhirError('FHIR_NOT_FOUND', { reference: `${type}/${id}` }));
  if (options.ifMatch !== undefined) {
    throw new Refusal(access, versionConflict(`${type}/${id}`, options.ifMatch));
  }
  if (current === undefined) return addCreate(unit, input, id);
  unitRules(unit, type, 'create', access);
  return addUpdate(unit, input, current, 'update');
}

/**
 * Changes the current version in place.
 * @param change gets the JSON text as the caller sees it, so that no test and no path of a patch tells what they do not see;
 * run again if somebody else was faster
 * @throws FhirError as with update, and what `change` throws
 * @see https://hl7.org/fhir/R4/http.html#patch
 */
export async function patchResource(
  store: ClinicalStore,
  context: AccessContext,
  type: string,
  id: string,
  change: Change,
  options: WriteOptions = {},
): Promise<ShownWrite> {
  const access = { interaction: 'patch', type, id };
  const written = await runUnit(store, context, access, async (unit, client) => {
    const result = await patchInUnit(unit, client, type, id, change, options);
    await checkReferences(unit, client);
    return result;
  });
  return shownWrite(store, context, written);
}

/** The patch as part of a unit. */
export async function patchInUnit(
  unit: Unit,
  client: SqlClient,
  type: string,
  id: string,
  change: Change,
  options: WriteOptions,
): Promise<WriteResult> {
  const access = { interaction: 'patch', type, id };
  const rules = unitRules(unit, type, 'update', access);
  // A patch tells what it met, by its tests and by its result: it is for those who may read.
  const readable = unitRules(unit, type, 'read', access);
  const current = await currentVersion(unit.store, client, type, id, rules);
  if (
    current === undefined ||
    current.deleted ||
    current.rule === null ||
    !(await isReadable(unit, type, readable, current))
  ) {
    throw new Refusal(access, fhirError('FHIR_NOT_FOUND', { reference: `${type}/${id}` }));
  }
  await checkVersion(unit, current, options, access);
  const shown = await showVersion(unit.store, client, unit.context, 'read', type, current);
  return addUpdate(unit, change(shown.content), current, 'patch');
}

/**
 * Deletes a resource. What is not there, or not visible, is deleted already.
 * @returns undefined where there was nothing to delete
 * @throws FhirError `ACCESS_DENIED`, `FHIR_VERSION_CONFLICT`, `FHIR_REFERENCED`, `FHIR_CASCADE_LIMIT`
 * @see https://hl7.org/fhir/R4/http.html#delete
 */
export async function deleteResource(
  store: ClinicalStore,
  context: AccessContext,
  type: string,
  id: string,
  options: WriteOptions & CascadeOptions = {},
): Promise<ShownDeletion | undefined> {
  const access = { interaction: 'delete', type, id };
  const deleted = await runUnit(store, context, access, async (unit, client) => {
    const result = await deleteInUnit(unit, client, type, id, options);
    if (result !== undefined) await settleReferrers(unit, client, [{ ...options, type, id }]);
    return result;
  });
  return deleted === undefined ? undefined : shownDeletion(store, context, deleted);
}

/** The deletion as part of a unit. */
export async function deleteInUnit(
  unit: Unit,
  client: SqlClient,
  type: string,
  id: string,
  options: WriteOptions,
): Promise<WriteResult | undefined> {
  const access = { interaction: 'delete', type, id };
  const rules = unitRules(unit, type, 'delete', access);
  const current = await currentVersion(unit.store, client, type, id, rules);
  const rule =
    current === undefined || current.deleted ? undefined : await allowedDelete(unit, type, current);
  if (current === undefined || rule === undefined) {
    await unit.store.ledger.record(auditOfNothing(unit, access));
    return undefined;
  }
  await checkVersion(unit, current, options, access);
  return addDelete(unit, type, current, rule);
}

/** True if a rule holds for every resource with that id, whatever else it says. */
function holdsForId(rules: readonly PolicyRule[], id: string): boolean {
  const holds = (where: SearchExpression): boolean => {
    switch (where.kind) {
      case 'all':
        return true;
      case 'id':
        return where.ids.includes(id);
      case 'and':
        return where.operands.every(holds);
      case 'or':
        return where.operands.some(holds);
      default:
        return false;
    }
  };
  return rules.some(({ where }) => holds(where));
}

function auditOfNothing(unit: Unit, access: { interaction: string; type: string; id: string }) {
  return auditRows(unit.context, { ...access, outcome: 4, detail: 'FHIR_NOT_FOUND' }, unit.now);
}

async function isReadable(
  { store, client }: Unit,
  type: string,
  rules: readonly PolicyRule[],
  current: JudgedRow,
): Promise<boolean> {
  if (rules[0]?.where.kind === 'all') return true;
  const [holding = []] = await holdingRules(store, client, type, rules, [current]);
  return holding.length > 0;
}

/** Who sees a part of a resource names the version of that part: what is hidden may change in between. */
async function checkVersion(
  { store, client, context }: Unit,
  current: JudgedRow,
  { ifMatch }: WriteOptions,
  access: { interaction: string; type: string; id: string },
): Promise<void> {
  if (ifMatch === undefined) return;
  if (ifMatch.includes(await viewVersion(store, client, context, access.type, current))) return;
  throw new Refusal(access, versionConflict(`${access.type}/${access.id}`, ifMatch));
}

/** What answers to an `If-Match` that does not hold. */
export function versionConflict(reference: string, ifMatch: readonly string[]): FhirError {
  return fhirError('FHIR_VERSION_CONFLICT', { reference, expected: ifMatch.join(', ') });
}
