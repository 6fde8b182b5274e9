import type { CompiledPolicy, PolicyRule } from '../../../src/access/policy.ts';
import * as real from '../../../src/identity/principals.ts';
import { ALL } from '../../../src/search/expression.ts';

export * from '../../../src/identity/principals.ts';

const RULES: readonly PolicyRule[] = [
  {
    id: 'bare#0',
    interactions: new Set(['create', 'read', 'vread', 'update', 'delete', 'search', 'history']),
    where: ALL,
  },
];

const EVERYTHING: CompiledPolicy = {
  rules: () => RULES,
  where: () => ALL,
  aggregates: () => [],
  operation: () => 'bare#operation',
};

/** Principals by token to whom everything is allowed, without a look at any rule. */
export function createPrincipals(
  ...parts: Parameters<typeof real.createPrincipals>
): real.Principals {
  const principals = real.createPrincipals(...parts);
  return {
    ...principals,
    ofToken: async (...call) => ({ ...(await principals.ofToken(...call)), policy: EVERYTHING }),
  };
}
