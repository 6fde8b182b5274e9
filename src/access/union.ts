import { or } from '../search/expression.ts';
import { simplify } from '../search/rewriters/simplify.ts';
import { memoised } from './memoised.ts';
import type { CompiledPolicy } from './policy.ts';

/**
 * All that any of the policies allows. For memberships that name the same AccessPolicy several times with different
 * parameters: each is compiled with its own.
 */
export function unionPolicies(policies: readonly CompiledPolicy[]): CompiledPolicy {
  return {
    rules: memoised((type, interaction) => policies.flatMap((p) => p.rules(type, interaction))),
    where: memoised((type, interaction) =>
      simplify(or(...policies.map((policy) => policy.where(type, interaction)))),
    ),
    operation: (name) => policies.map((p) => p.operation(name)).find((id) => id !== undefined),
  };
}
