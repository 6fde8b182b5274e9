import { fhirError } from '../../outcome/codes.ts';
import type { SqlClient } from '../database.ts';
import { type ResourceName, referrersOf } from './referrers.ts';
import { addDelete, Refusal, type Unit } from './unit.ts';
import { currentVersion } from './visible.ts';

/** Resources that one cascade deletes at most, the first one included. */
export const MAX_CASCADE = 1000;

/** Referring resources that are looked at to name some of them. */
const NAMED = 10;

/** How a deletion treats what refers to its target. */
export interface CascadeOptions {
  /** True: it is deleted as well, under the caller's own delete policy. */
  readonly cascade?: boolean;
}

/** Something that a unit deletes, and how. */
export type Deletion = ResourceName & CascadeOptions;

/**
 * Refuses to delete what others refer to, or deletes those as well, and those that refer to them, all or nothing. The
 * refusal names only resources that the caller may read.
 * @param deleted all that the unit deletes; what refers to it and is deleted as well is no obstacle
 * @throws Refusal with `FHIR_REFERENCED` or `FHIR_CASCADE_LIMIT`
 */
export async function settleReferrers(
  unit: Unit,
  client: SqlClient,
  deleted: readonly Deletion[],
): Promise<void> {
  const { store, context } = unit;
  if (store.referentialIntegrity !== true || context.principal.plansIds === true) return;
  const gone = new Set(deleted.map(keyOf));
  const open = [...deleted];
  for (let target = open.shift(); target !== undefined; target = open.shift()) {
    // Those that are deleted too may stand among the first rows, so that their number comes on top.
    const rows = await referrersOf(store, client, target, gone.size + NAMED);
    const blocking = rows.filter((row) => !gone.has(keyOf(row)));
    if (blocking.length === 0) continue;
    if (target.cascade !== true) throw await referenced(unit, client, target, blocking, false);
    for (const referrer of blocking) {
      if (gone.size >= MAX_CASCADE) {
        throw refusal(target, fhirError('FHIR_CASCADE_LIMIT', { limit: MAX_CASCADE }));
      }
      await cascadeTo(unit, client, target, referrer);
      gone.add(keyOf(referrer));
      open.push({ ...referrer, cascade: true });
    }
    // There may be more of them than were looked at.
    open.push(target);
  }
}

async function cascadeTo(
  unit: Unit,
  client: SqlClient,
  target: ResourceName,
  referrer: ResourceName,
): Promise<void> {
  const { store, context } = unit;
  const { type, id } = referrer;
  const rules = context.principal.policy.rules(type, 'delete');
  const current =
    rules.length === 0 ? undefined : await currentVersion(store, client, type, id, rules);
  const rule = current?.rule === null || current === undefined ? undefined : rules[current.rule];
  if (current === undefined || rule === undefined) {
    throw await referenced(unit, client, target, [referrer], true);
  }
  if (!current.deleted) await addDelete(unit, type, current, rule);
}

async function referenced(
  unit: Unit,
  client: SqlClient,
  target: ResourceName,
  blocking: readonly ResourceName[],
  cascade: boolean,
): Promise<Refusal> {
  const { store, context } = unit;
  const visible: string[] = [];
  for (const row of blocking) {
    const rules = context.principal.policy.rules(row.type, 'read');
    if (rules.length === 0) continue;
    const current = await currentVersion(store, client, row.type, row.id, rules);
    if (current !== undefined && !current.deleted && current.rule !== null)
      visible.push(keyOf(row));
  }
  return refusal(
    target,
    fhirError('FHIR_REFERENCED', {
      reference: keyOf(target),
      named: visible.length === 0 ? '' : `: ${visible.join(', ')}`,
      hint: cascade
        ? 'The cascade may not delete what refers to it'
        : 'Cascading deletes are not active for this request (_cascade=delete)',
    }),
  );
}

function refusal({ type, id }: ResourceName, error: ReturnType<typeof fhirError>): Refusal {
  return new Refusal({ interaction: 'delete', type, id }, error);
}

function keyOf({ type, id }: ResourceName): string {
  return `${type}/${id}`;
}
