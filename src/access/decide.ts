import type { IndexedResource } from '../search/index-values.ts';
import { matches } from '../search/match.ts';
import type { CompiledPolicy, PolicyInteraction, PolicyRule } from './policy.ts';

/** The first rule that holds for the resource: the one that the audit record names. Undefined: denied. */
export function firstMatchingRule(
  rules: readonly PolicyRule[],
  resource: IndexedResource,
): PolicyRule | undefined {
  return rules.find((rule) => matches(rule.where, resource));
}

/** The rule that allows an interaction with one resource, or undefined: denied. */
export function decide(
  policy: Pick<CompiledPolicy, 'rules'>,
  interaction: PolicyInteraction,
  resource: IndexedResource,
): PolicyRule | undefined {
  return firstMatchingRule(policy.rules(resource.type, interaction), resource);
}

/**
 * The rule that allows a change, or undefined: denied. What was there must be allowed as well as what will be, so that
 * nobody takes a resource over by writing themselves into it, or hands it away.
 * @returns the rule that holds for the resource as it will be.
 */
export function decideUpdate(
  policy: Pick<CompiledPolicy, 'rules'>,
  before: IndexedResource,
  after: IndexedResource,
): PolicyRule | undefined {
  if (decide(policy, 'update', before) === undefined) return undefined;
  return decide(policy, 'update', after);
}
