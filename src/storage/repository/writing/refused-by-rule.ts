import type { Lock } from '../../../access/write/locked-elements.ts';
import type { Restraint } from '../../../access/write/restraints.ts';
import { fhirError } from '../../../outcome/codes.ts';
import type { Access } from '../../access-context.ts';
import type { JsonResource } from '../../content.ts';
import { Refusal } from './refusal.ts';
import type { Unit } from './unit.ts';

/** The refusal of a write that would change what a rule hides or does not let be changed. */
export function lockRefusal(access: Access, { rules }: Restraint, { kind, path }: Lock): Refusal {
  const rule = rules[0]?.id ?? '';
  const code = kind === 'readonly' ? 'ACCESS_FIELD_READONLY' : 'ACCESS_FIELD_HIDDEN';
  return new Refusal(
    { ...access, rule },
    fhirError(code, { rule, path }, { expression: [`${access.type ?? ''}.${path}`] }),
  );
}

/**
 * Asks the constraints of rules about a write. Where nobody can judge them, or they take too long, they are not satisfied.
 * @param before the version before; undefined where the write creates
 * @param after the version after; undefined where the write deletes
 * @returns the refusal, or undefined where all of them hold
 */
export async function constraintRefusal(
  unit: Unit,
  access: Access,
  restraints: readonly Restraint[],
  before: JsonResource | undefined,
  after: JsonResource | undefined,
): Promise<Refusal | undefined> {
  for (const { rules, constraints } of restraints) {
    if (constraints.length === 0) continue;
    const request = {
      constraints,
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
    };
    if ((await unit.store.constraints?.satisfied(request)) === true) continue;
    const rule = rules[0]?.id ?? '';
    return new Refusal({ ...access, rule }, fhirError('ACCESS_CONSTRAINT', { rule }));
  }
  return undefined;
}
