import { fhirError } from '../../../outcome/codes.ts';
import { allowedDelete } from '../writing/allowed-delete.ts';
import type { SqlClient } from '../../database.ts';
import { type ResourceName, referrersOf, seesAllReferrers } from './referrers.ts';
import { Refusal } from '../writing/refusal.ts';
import { addDelete } from '../writing/add-to-unit.ts';
import type { Unit } from '../writing/unit.ts';
import { currentVersion } from '../judging/visible.ts';

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
 * Refuses to delete what others refer to, or deletes those as well, and those that refer to them, all or nothing. Only what
 * the caller sees is an obstacle: a refusal for what they do not see would tell of it. So that nobody takes the patient from
 * under a record that they do not see, a Patient is deleted only by who sees whatever could refer to one.
 * @param deleted all that the unit deletes; what refers to it and is deleted as well is no obstacle
 * @throws Refusal with `FHIR_REFERENCED`, `FHIR_CASCADE_LIMIT` or `ACCESS_PATIENT_RECORD`
 */
export async function settleReferrers(
  unit: Unit,
  client: SqlClient,
  deleted: readonly Deletion[],
): Promise<void> {
  const { store, context } = unit;
  if (store.referentialIntegrity !== true || context.principal.plansIds === true) return;
  const patient = deleted.find(({ type }) => type === 'Patient');
  if (patient !== undefined && !seesAllReferrers(store, context, 'Patient')) {
    throw refusal(patient, fhirError('ACCESS_PATIENT_RECORD'));
  }
  const gone = new Set(deleted.map(keyOf));
  const open = [...deleted];
  for (let target = open.shift(); target !== undefined; target = open.shift()) {
    // Those that are deleted too may stand among the first rows, so that their number comes on top.
    const rows = await referrersOf(store, client, context, target, gone.size + NAMED);
    const blocking = rows.filter((row) => !gone.has(keyOf(row)));
    if (blocking.length === 0) continue;
    if (target.cascade !== true) throw referenced(target, blocking, false);
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
  const rule = current === undefined ? undefined : await allowedDelete(unit, type, current);
  if (current === undefined || rule === undefined) {
    throw referenced(target, [referrer], true);
  }
  if (!current.deleted) await addDelete(unit, type, current, rule);
}

function referenced(
  target: ResourceName,
  blocking: readonly ResourceName[],
  cascade: boolean,
): Refusal {
  return refusal(
    target,
    fhirError('FHIR_REFERENCED', {
      reference: keyOf(target),
      named: `: ${blocking.map(keyOf).join(', ')}`,
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
