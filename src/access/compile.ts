import type { AccessPolicy } from '@medplum/fhirtypes';
import type { Definitions } from '../definitions/model.ts';
import { NONE, or, type SearchExpression } from '../search/expression.ts';
import { simplify } from '../search/rewriters/simplify.ts';
import { memoised } from './memoised.ts';
import { type CompiledEntry, compileEntry, type UnresolvedVariable } from './compile-entry.ts';
import type { CompiledPolicy, PolicyInteraction, PolicyRule } from './policy.ts';
import { readPolicy } from './read-policy.ts';
import { type PolicyParameters, withImpliedPatient } from './variables.ts';

/** A compiled policy that also tells which of its rules are without effect. */
export interface CompiledAccessPolicy extends CompiledPolicy {
  /** Variables without a value; their rules allow nothing. For the log and for explanations. */
  readonly unresolved: readonly UnresolvedVariable[];
}

/**
 * Compiles the AccessPolicies of one identity: the union of their entries, in order. There are no denying entries and no
 * implied ones; without any policy nothing is allowed.
 * @throws FhirError `POLICY_INVALID` if any part of any policy could not be enforced.
 * @see https://www.medplum.com/docs/access/access-policies
 */
export function compilePolicy(
  definitions: Definitions,
  policies: readonly AccessPolicy[],
  parameters: PolicyParameters,
): CompiledAccessPolicy {
  const variables = withImpliedPatient(parameters);
  const entries: CompiledEntry[] = [];
  const unresolved: UnresolvedVariable[] = [];
  const operations = new Map<string, string>();
  for (const policy of policies.map(readPolicy)) {
    for (const entry of policy.entries) {
      const compiled = compileEntry(definitions, policy.id, entry, variables);
      if ('variable' in compiled) unresolved.push(compiled);
      else entries.push(compiled);
    }
    for (const name of policy.operations) {
      if (!operations.has(name)) operations.set(name, `${policy.id}#operation:${name}`);
    }
  }
  const rules = memoised((type, interaction) => rulesOf(entries, type, interaction));
  const where = memoised((type, interaction): SearchExpression => {
    if (!definitions.isResourceType(type)) return NONE;
    return simplify(or(...rules(type, interaction).map((rule) => rule.where)));
  });
  return {
    rules,
    where,
    operation: (name) => operations.get(name) ?? operations.get('*'),
    unresolved,
  };
}

function rulesOf(
  entries: readonly CompiledEntry[],
  type: string,
  interaction: PolicyInteraction,
): readonly PolicyRule[] {
  return entries.flatMap((entry) => {
    const where = entry.interactions.has(interaction) ? entry.where(type) : undefined;
    if (where === undefined) return [];
    return [{ id: entry.id, interactions: entry.interactions, where }];
  });
}
