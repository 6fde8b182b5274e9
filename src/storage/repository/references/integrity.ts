import { fhirError } from '../../../outcome/codes.ts';
import type { SqlClient } from '../../database.ts';
import { resourceKey } from '../../index-keys.ts';
import { sqlParameters, type SqlParameters } from '../../search-sql/parameters.ts';
import { whereSql } from '../../search-sql/where.ts';
import { createShapeNames } from '../../shape-name.ts';
import { isLiteralReference, referencePath } from './reference-path.ts';
import { ReferenceRefusal } from './reference-refusal.ts';
import { type HeldReference, heldReferences } from './references.ts';
import { checkTargetTypes } from './reference-types.ts';
import type { Refusal } from '../writing/refusal.ts';
import type { Unit } from '../writing/unit.ts';

/** Shapes of statements with an expectation: as many as policies, and no search can use them up. */
const SHAPES = createShapeNames();

/**
 * Refuses references to what does not exist, or what the writer may not read: both alike, so that a reference tells
 * nothing about what is hidden. All references of the unit are one query, and that is part of the statement that writes
 * the unit; only where it finds too little is it asked by itself, to say what is missing.
 * @param planned `Type/id` of all that the same transaction writes
 * @param atOnce true: asked by itself at once, because running the unit again would cost more
 * @throws Refusal with `FHIR_REFERENCE_NOT_FOUND` or `FHIR_REFERENCE_TYPE`
 * @see https://hl7.org/fhir/R4/http.html#create
 */
export async function checkReferences(
  unit: Unit,
  client: SqlClient,
  planned: ReadonlySet<string> = new Set(),
  atOnce = false,
): Promise<void> {
  // Parts of the server write ahead of what they refer to, so that a crash between two databases can be mended.
  if (unit.store.referentialIntegrity !== true || unit.context.principal.plansIds === true) return;
  checkTargetTypes(unit);
  const written = new Set(unit.events.map(({ type, id }) => `${type}/${id}`));
  const open = [...heldReferences(unit)].filter(([key]) => !planned.has(key) && !written.has(key));
  if (open.length === 0) return;
  const references = open.map(([, reference]) => reference);
  const readable = references.every(
    ({ type }) => unit.context.principal.policy.where(type, 'read').kind !== 'none',
  );
  if (!atOnce && readable && unit.attempt === 1) {
    const sql = (parameters: SqlParameters): string => visibleSql(unit, references, parameters);
    unit.expectation = { sql, rows: references.length, shapes: SHAPES };
    return;
  }
  const found = await visibleAmong(unit, client, references);
  for (const [key, reference] of open) {
    if (found.has(key)) continue;
    const failed = unresolved(unit, reference);
    if (failed !== undefined) throw failed;
  }
}

/** Of the references, `Type/id` of those that are there and that the caller may read. */
export async function visibleAmong(
  unit: Unit,
  client: SqlClient,
  references: readonly HeldReference[],
): Promise<ReadonlySet<string>> {
  const { types, shapes } = unit.store;
  const parameters = sqlParameters();
  const text = visibleSql(unit, references, parameters);
  if (text === '') return new Set();
  const name = shapes(text);
  const rows = await client.query<{ type: number; id: string }>({
    text,
    values: parameters.values,
    ...(name === undefined ? {} : { name }),
  });
  return new Set(rows.map(({ type, id }) => `${types.name(type)}/${id}`));
}

/** Query of those that are there and that the caller may read; empty where no type may be read at all. */
function visibleSql(
  { store, context }: Unit,
  references: readonly HeldReference[],
  parameters: SqlParameters,
): string {
  const { hash, paramKey, chief } = store;
  const open: bigint[] = [];
  const parts: string[] = [];
  for (const [type, targets] of Map.groupBy(references, (reference) => reference.type)) {
    const where = context.principal.policy.where(type, 'read');
    if (where.kind === 'none') continue;
    if (where.kind === 'all') {
      for (const { id } of targets) open.push(hash(resourceKey(type, id)));
      continue;
    }
    const ids = targets.map(({ id }) => id);
    const condition = whereSql(where, { type, hash, paramKey, chief, parameters });
    parts.push(`select r.type, r.id from resource r
      where r.type = ${parameters.add(store.types.code(type), 'smallint')}
        and r.id = any(${parameters.add(ids, 'text[]')}) and not r.deleted and ${condition}`);
  }
  if (open.length > 0) {
    parts.push(`select r.type, r.id from resource r
      where r.self = any(${parameters.add(`{${open.join(',')}}`, 'bigint[]')}) and not r.deleted`);
  }
  return parts.join(' union all ');
}

/** What to say of a reference that leads nowhere; nothing where the version before had it already. */
export function unresolved(unit: Unit, { type, id, event }: HeldReference): Refusal | undefined {
  const { store } = unit;
  const write = unit.events[event] as Unit['events'][number];
  const { before: previous = write.previous, after: written = write.resource } =
    write.visible ?? {};
  const reference = `${type}/${id}`;
  // A canonical without a scheme looks like a reference to the index, and is none.
  if (!isLiteralReference(written, reference)) return undefined;
  if (previous !== undefined) {
    const { values } = store.extractor.extract(previous);
    const before = values.some(
      (value) => value.kind === 'reference' && value.type === type && value.id === id,
    );
    // Who changes something else does not answer for what another could see.
    if (before) return undefined;
  }
  const path = referencePath(written, reference);
  return new ReferenceRefusal(
    unit,
    event,
    fhirError('FHIR_REFERENCE_NOT_FOUND', { reference, path }, { expression: [path] }),
  );
}
