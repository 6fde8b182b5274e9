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
