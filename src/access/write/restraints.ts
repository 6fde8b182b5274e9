import type { Definitions } from '../../definitions/model.ts';
import type { CompiledPolicy, PolicyInteraction, PolicyRule } from '../policy.ts';
import { type LockedNode, lockedElements } from './locked-elements.ts';

/** What some rules of a type restrain in writes, all of them alike. */
export interface Restraint {
  /** In the order of the policy, at least one. */
  readonly rules: readonly PolicyRule[];
  /** Absent where the rules let every element be changed. */
  readonly locks?: LockedNode;
  /** FHIRPath that must be exactly `true`. */
  readonly constraints: readonly string[];
  /** True where the rules hide the narrative by name, so that it is data and no mere copy of what is shown. */
  readonly hidesNarrative: boolean;
}

/** By type and interaction. */
type Made = Map<string, readonly Restraint[]>;

const MADE = new WeakMap<CompiledPolicy, Made>();

/**
 * The rules of a type for an interaction that writes, by what they restrain: those that restrain nothing first, else in
 * the order of the policy. Made once for each policy.
 */
export function restraintsOf(
  definitions: Definitions,
  policy: CompiledPolicy,
  type: string,
  interaction: PolicyInteraction,
): readonly Restraint[] {
  const made: Made = MADE.get(policy) ?? new Map<string, readonly Restraint[]>();
  MADE.set(policy, made);
  const key = `${type} ${interaction}`;
  let restraints = made.get(key);
  if (restraints === undefined) {
    restraints = restraintsAmong(definitions, type, policy.rules(type, interaction));
    made.set(key, restraints);
  }
  return restraints;
}

/** Some rules of a type by what they restrain. */
export function restraintsAmong(
  definitions: Definitions,
  type: string,
  rules: readonly PolicyRule[],
): readonly Restraint[] {
  const alike = Map.groupBy(rules, ({ view, readonlyFields = [], writeConstraint = [] }) =>
    JSON.stringify([view?.hidden ?? [], view?.masks ?? [], readonlyFields, writeConstraint]),
  );
  const restraints = [...alike.values()].map((same): Restraint => {
    const first = same[0] as PolicyRule;
    const locks = lockedElements(definitions, type, first);
    return {
      rules: same,
      ...(locks === undefined ? {} : { locks }),
      constraints: first.writeConstraint ?? [],
      hidesNarrative: first.view?.hidden.some((path) => /^text(?:\.|$)/.test(path)) === true,
    };
  });
  return restraints.toSorted((a, b) => Number(!isFree(a)) - Number(!isFree(b)));
}

/** True for a restraint that restrains nothing. */
export function isFree({ locks, constraints }: Restraint): boolean {
  return locks === undefined && constraints.length === 0;
}
