import type { PolicyRule } from '../../../access/policy.ts';
import { isFree, restraintsAmong } from '../../../access/write/restraints.ts';
import type { JsonResource } from '../../content.ts';
import { holdingRules } from '../judging/holding-rules.ts';
import { constraintRefusal } from './refused-by-rule.ts';
import type { Refusal } from './refusal.ts';
import type { Unit } from './unit.ts';
import type { JudgedRow } from '../judging/visible.ts';

/**
 * The rule by which a resource may be deleted. Constraints are asked as well: with `%after` empty, so that one that does not
 * speak of deletions allows none. A resource goes as a whole, with what is hidden of it and what is read only.
 * @param current judged by the rules for deletions
 * @returns undefined where no rule shows the resource
 * @throws Refusal with `ACCESS_CONSTRAINT`
 */
export async function allowedDelete(
  unit: Unit,
  type: string,
  current: JudgedRow,
): Promise<PolicyRule | undefined> {
  const rules = unit.context.principal.policy.rules(type, 'delete');
  const first = current.rule === null ? undefined : rules[current.rule];
  if (first === undefined || (first.writeConstraint ?? []).length === 0) return first;
  const { store, client } = unit;
  const [holding = []] = await holdingRules(store, client, type, rules, [current]);
  const access = { interaction: 'delete', type, id: current.id };
  const before = JSON.parse(current.content) as JsonResource;
  let refusal: Refusal | undefined;
  for (const restraint of restraintsAmong(store.definitions, type, holding)) {
    const failed = isFree(restraint)
      ? undefined
      : await constraintRefusal(unit, access, [restraint], before, undefined);
    if (failed === undefined) return restraint.rules[0];
    refusal ??= failed;
  }
  if (refusal !== undefined) throw refusal;
  return undefined;
}
