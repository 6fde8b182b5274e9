import { randomUUID } from 'node:crypto';
import type { PolicyRule } from '../../../access/policy.ts';
import { type Access, auditRows } from '../../access-context.ts';
import { type JsonResource, storedContent } from '../../content.ts';
import type { PreparedVersion } from '../../write-statement.ts';
import type { JudgedRow } from '../judging/visible.ts';
import { allowedCreate } from './allowed-create.ts';
import { allowedUpdate } from './allowed-update.ts';
import { prepare, prepareDeletion } from './prepare-version.ts';
import { judge } from './proposed.ts';
import { type ResourceInput, type Unit, unitRules, type WriteResult } from './unit.ts';

/**
 * Adds the creation of a resource.
 * @param id the id to give; without one, a random one that tells nothing
 * @throws Refusal and FhirError as `allowedCreate` does
 */
export async function addCreate(
  unit: Unit,
  input: ResourceInput,
  id: string = randomUUID(),
): Promise<WriteResult> {
  const type = input.resource.resourceType;
  const access = { interaction: 'create', type };
  unitRules(unit, type, 'create', access);
  const { resource, exact, judged, rule } = await allowedCreate(unit, input, id, access);
  const [rid] = await unit.store.rowNumbers.take(1);
  const prepared = prepare(unit, exact, judged, rid as string, 1);
  unit.creates.push(prepared);
  record(unit, { ...access, id, version: 1, rule: rule.id, patients: prepared.patients });
  unit.events.push({ interaction: 'create', type, id, version: 1, resource, values: judged });
  return result(unit, type, prepared, true);
}

/**
 * Adds the next version of an existing resource, or the first one after its deletion.
 * @param current the current version, judged by the rules for updates
 * @throws Refusal and FhirError as `allowedUpdate` and `allowedCreate` do
 */
export async function addUpdate(
  unit: Unit,
  input: ResourceInput,
  current: JudgedRow,
  interaction: 'update' | 'patch',
): Promise<WriteResult> {
  const type = input.resource.resourceType;
  const { id } = current;
  const access = { interaction, type, id };
  const previous = current.deleted ? undefined : (JSON.parse(current.content) as JsonResource);
  const { resource, exact, judged, rule, visible } =
    previous === undefined
      ? await allowedCreate(unit, input, id, access)
      : await allowedUpdate(unit, input, current, previous, access);
  const unchanged = !current.deleted && sameContent(exact, current);
  if (unchanged) {
    record(unit, {
      ...access,
      version: current.version,
      rule: rule.id,
      patients: current.patients,
    });
    return {
      type,
      id,
      version: current.version,
      lastUpdated: current.updated,
      content: current.content,
      created: false,
      changed: visible?.changed ?? false,
    };
  }
  const prepared = prepare(unit, exact, judged, current.rid, current.version + 1, current);
  unit.updates.push(prepared);
  // Who loses a resource is concerned as much as who gets it.
  const concerned = new Set(
    [...current.patients.split(','), ...judged.patients].filter((id) => id !== ''),
  );
  record(unit, {
    ...access,
    ...(previous === undefined ? { interaction: 'create' } : {}),
    version: prepared.version,
    rule: rule.id,
    patients: [...concerned].join(','),
  });
  unit.events.push({
    interaction: previous === undefined ? 'create' : 'update',
    type,
    id,
    version: prepared.version,
    resource,
    values: judged,
    ...(previous === undefined ? {} : { previous }),
    ...(visible === undefined ? {} : { visible }),
  });
  const done = result(unit, type, prepared, previous === undefined);
  // Whether the store had it already may be what the caller does not see.
  return visible === undefined ? done : { ...done, changed: visible.changed };
}

/** Adds the deletion of an existing resource that the rules show. */
export async function addDelete(
  unit: Unit,
  type: string,
  current: JudgedRow,
  rule: PolicyRule,
): Promise<WriteResult> {
  const { store, context } = unit;
  const resource = JSON.parse(current.content) as JsonResource;
  await store.hooks.beforeDelete?.(context, resource);
  const prepared = prepareDeletion(unit, type, current);
  const { version } = prepared;
  unit.updates.push(prepared);
  record(unit, {
    interaction: 'delete',
    type,
    id: current.id,
    version,
    rule: rule.id,
    patients: current.patients,
  });
  unit.events.push({
    interaction: 'delete',
    type,
    id: current.id,
    version,
    resource,
    values: judge(unit, resource, current.id),
  });
  return { ...result(unit, type, prepared, false), content: '' };
}

function record(unit: Unit, access: Access): void {
  for (const row of auditRows(unit.context, access, unit.now)) unit.audit.push(row);
}

function result(
  unit: Unit,
  type: string,
  prepared: PreparedVersion,
  created: boolean,
): WriteResult {
  const { id, version, content } = prepared;
  return { type, id, version, lastUpdated: Date.parse(unit.now), content, created, changed: true };
}

/** HAPI keeps the version of an update that changes nothing; versions and instants of the server do not count. */
function sameContent(exact: JsonResource, current: JudgedRow): boolean {
  return (
    storedContent(exact, current.id, current.version, new Date(current.updated).toISOString()) ===
    current.content
  );
}
