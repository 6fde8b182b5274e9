import { randomUUID } from 'node:crypto';
import type { PolicyInteraction, PolicyRule } from '../../access/policy.ts';
import type { AuditRow } from '../../audit/audit-row.ts';
import { fhirError } from '../../outcome/codes.ts';
import type { FhirError } from '../../outcome/fhir-error.ts';
import { matches } from '../../search/match.ts';
import type { IndexedResource } from '../../search/index-values.ts';
import { type Access, type AccessContext, auditRows } from '../access-context.ts';
import type { ClinicalStore } from '../clinical-store.ts';
import { type JsonResource, storedContent } from '../content.ts';
import type { SqlClient } from '../database.ts';
import { resourceKey } from '../index-keys.ts';
import { textRow } from '../full-text.ts';
import { indexRows, NO_INDEX } from '../index-rows.ts';
import { instant } from '../instant.ts';
import { formerCompartments } from '../former-compartments.ts';
import { sideDigest } from '../side-digest.ts';
import type { WriteEvent } from '../write-hooks.ts';
import type { Expectation, PreparedVersion } from '../write-statement.ts';
import type { JudgedRow } from './visible.ts';
import type { StoredVersion } from './stored.ts';

/** Digest of a resource that is found by nothing. */
const NO_SIDE = sideDigest(NO_INDEX);

/** A resource to write, and the tree with exact decimals where the plain one has lost digits. */
export interface ResourceInput {
  readonly resource: JsonResource;
  readonly exact: JsonResource;
}

/** Result of a write. */
export interface WriteResult extends StoredVersion {
  readonly created: boolean;
  /** False where the resource was as asked for already. */
  readonly changed: boolean;
}

/**
 * Writes that are committed together. Nothing is stored before {@link commitUnit}; a failed one is thrown away whole.
 */
export interface Unit {
  readonly store: ClinicalStore;
  readonly context: AccessContext;
  /** Which try it is, from 1: a unit that met somebody faster is run again. */
  readonly attempt: number;
  /** Instant of all its writes. */
  readonly now: string;
  readonly creates: PreparedVersion[];
  readonly updates: PreparedVersion[];
  readonly audit: AuditRow[];
  readonly events: (WriteEvent & { readonly previous?: JsonResource })[];
  /** What was stored before the rest of the unit: of that, the events that somebody remembers things by. */
  readonly flushed: WriteEvent[];
  /** What the next statement of the unit expects to be there. */
  expectation?: Expectation | undefined;
}

/** Starts an empty unit. */
export function openUnit(store: ClinicalStore, context: AccessContext, attempt = 1): Unit {
  return {
    store,
    context,
    attempt,
    now: instant(store.clock),
    creates: [],
    updates: [],
    audit: [],
    events: [],
    flushed: [],
  };
}

/** An access that was refused inside a unit: the unit is dropped, the refusal is recorded. */
export class Refusal extends Error {
  readonly access: Access;
  readonly error: FhirError;
  constructor(access: Access, error: FhirError) {
    super(error.code, { cause: error });
    this.access = access;
    this.error = error;
  }
}

/** Rules of the type for the interaction. @throws Refusal with `ACCESS_DENIED` */
export function unitRules(
  unit: Unit,
  type: string,
  interaction: PolicyInteraction,
  access: Access,
): readonly PolicyRule[] {
  const rules = unit.context.principal.policy.rules(type, interaction);
  if (rules.length === 0)
    throw new Refusal({ type, ...access }, fhirError('ACCESS_DENIED', { interaction, type }));
  return rules;
}

/**
 * Adds the creation of a resource.
 * @param id the id to give; without one, a random one that tells nothing
 * @throws Refusal with `ACCESS_DENIED`; FhirError `FHIR_INVALID_RESOURCE`
 */
export async function addCreate(
  unit: Unit,
  input: ResourceInput,
  id: string = randomUUID(),
): Promise<WriteResult> {
  const { store, context } = unit;
  const type = input.resource.resourceType;
  const access = { interaction: 'create', type };
  const rules = unitRules(unit, type, 'create', access);
  const { resource, exact } = await hooked(
    input,
    store.hooks.beforeCreate?.bind(store.hooks, context),
  );
  store.validate(resource, type);
  store.hooks.check?.(resource, context);
  const judged = judge(unit, resource, id);
  const rule = rules.find(({ where }) => matches(where, judged));
  if (rule === undefined)
    throw new Refusal(access, fhirError('ACCESS_DENIED', { interaction: 'create', type }));
  const [rid] = await store.rowNumbers.take(1);
  const prepared = prepare(unit, exact, judged, rid as string, 1);
  unit.creates.push(prepared);
  record(unit, { ...access, id, version: 1, rule: rule.id, patients: prepared.patients });
  unit.events.push({ interaction: 'create', type, id, version: 1, resource, values: judged });
  return result(unit, type, prepared, true);
}

/**
 * Adds the next version of an existing resource. The rules must show the current version and allow the new one.
 * @param current the current version, judged by the update rules
 */
export async function addUpdate(
  unit: Unit,
  input: ResourceInput,
  current: JudgedRow,
  rules: readonly PolicyRule[],
  interaction: 'update' | 'patch',
): Promise<WriteResult> {
  const { store, context } = unit;
  const type = input.resource.resourceType;
  const { id } = current;
  const access = { interaction, type, id };
  const previous = current.deleted ? undefined : (JSON.parse(current.content) as JsonResource);
  const { beforeUpdate, beforeCreate } = store.hooks;
  const { resource, exact } = await hooked(
    input,
    previous === undefined
      ? beforeCreate?.bind(store.hooks, context)
      : beforeUpdate && ((proposed) => beforeUpdate(context, proposed, previous)),
  );
  store.validate(resource, type);
  store.hooks.check?.(resource, context);
  const judged = judge(unit, resource, id);
  const rule = rules.find(({ where }) => matches(where, judged));
  if (rule === undefined)
    throw new Refusal(access, fhirError('ACCESS_DENIED', { interaction: 'update', type }));
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
      changed: false,
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
  });
  return result(unit, type, prepared, previous === undefined);
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
  const version = current.version + 1;
  const prepared: PreparedVersion = {
    rid: current.rid,
    self: store.hash(resourceKey(type, current.id)),
    type: current.type,
    id: current.id,
    version,
    lastUpdated: unit.now,
    deleted: true,
    patients: '',
    content: '',
    index: NO_INDEX,
    side: NO_SIDE,
    keepsSide: current.side === NO_SIDE,
    left: formerCompartments(store, current.patients, []),
  };
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

/** Runs `work` on a unit's client: reads of the unit go through it. */
export type UnitWork<T> = (unit: Unit, client: SqlClient) => Promise<T>;

function record(unit: Unit, access: Access): void {
  for (const row of auditRows(unit.context, access, unit.now)) unit.audit.push(row);
}

async function hooked(
  input: ResourceInput,
  hook: ((resource: JsonResource) => Promise<JsonResource>) | undefined,
): Promise<ResourceInput> {
  if (hook === undefined) return input;
  const changed = await hook(input.resource);
  return changed === input.resource ? input : { resource: changed, exact: changed };
}

function judge(unit: Unit, resource: JsonResource, id: string): IndexedResource {
  const { values, patients } = unit.store.extractor.extract(
    resource.id === id ? resource : { ...resource, id },
  );
  return { type: resource.resourceType, id, lastUpdated: Date.parse(unit.now), values, patients };
}

function prepare(
  unit: Unit,
  exact: JsonResource,
  judged: IndexedResource,
  rid: string,
  version: number,
  before?: Pick<JudgedRow, 'side' | 'patients'>,
): PreparedVersion {
  const { store, now } = unit;
  const index = indexRows(
    judged.type,
    judged.values,
    judged.patients,
    store,
    textRow(exact, store.fullText),
  );
  const side = sideDigest(index);
  return {
    rid,
    self: store.hash(resourceKey(judged.type, judged.id)),
    type: store.types.code(judged.type),
    id: judged.id,
    version,
    lastUpdated: now,
    deleted: false,
    patients: judged.patients.join(','),
    content: storedContent(exact, judged.id, version, now),
    index,
    side,
    keepsSide: side === before?.side,
    left: before === undefined ? [] : formerCompartments(store, before.patients, judged.patients),
  };
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
