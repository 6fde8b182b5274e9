import { denied } from '../../../access/denied.ts';
import type { PolicyRule } from '../../../access/policy.ts';
import { keepLocked } from '../../../access/write/keep-locked.ts';
import { isFree, restraintsOf } from '../../../access/write/restraints.ts';
import type { Access } from '../../access-context.ts';
import { firstHolding } from '../judging/ground.ts';
import { type Proposed, proposed } from './proposed.ts';
import { constraintRefusal, lockRefusal } from './refused-by-rule.ts';
import { Refusal } from './refusal.ts';
import type { ResourceInput, Unit, VisibleChange } from './unit.ts';

/** What is created, and the rule that allows it. */
export interface AllowedWrite extends Proposed {
  readonly rule: PolicyRule;
  /** What of the change the caller sees, where they see a part. */
  readonly visible?: VisibleChange;
}

/**
 * The resource that a create comes to. One rule has to allow all of it: it holds for the resource as it will be, nothing is
 * set that it hides or does not let be changed, and its constraint is satisfied. What plugins set is not the caller's doing.
 * @throws Refusal with `ACCESS_DENIED`, `ACCESS_FIELD_HIDDEN`, `ACCESS_FIELD_READONLY`, `ACCESS_CONSTRAINT`;
 * FhirError `FHIR_INVALID_RESOURCE`
 */
export async function allowedCreate(
  unit: Unit,
  input: ResourceInput,
  id: string,
  access: Access & { readonly type: string },
): Promise<AllowedWrite> {
  const { store, context } = unit;
  const { policy } = context.principal;
  const after = await proposed(unit, input, id);
  let refusal: Refusal | undefined;
  for (const restraint of restraintsOf(store.definitions, policy, access.type, 'create')) {
    const { locks } = restraint;
    const rule = await firstHolding(store, unit.client, restraint.rules, after.judged);
    if (rule === undefined) continue;
    if (isFree(restraint)) return { ...after, rule };
    const kept = locks && keepLocked(locks, undefined, input.exact);
    if (kept !== undefined && 'broken' in kept) {
      refusal ??= lockRefusal(access, restraint, kept.broken);
      continue;
    }
    const resource = { ...after.resource, id };
    const failed = await constraintRefusal(unit, access, [restraint], undefined, resource);
    if (failed === undefined) return { ...after, rule };
    refusal ??= failed;
  }
  throw refusal ?? new Refusal(access, denied(context.principal, 'create', access.type));
}
