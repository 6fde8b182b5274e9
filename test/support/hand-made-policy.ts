import type { CompiledPolicy, PolicyInteraction, PolicyRule } from '../../src/access/policy.ts';
import { ALL, or } from '../../src/search/expression.ts';

/** A rule in short: without interactions it allows all, without a condition for all resources. */
export type HandMadeRule = Partial<PolicyRule>;

const INTERACTIONS: readonly PolicyInteraction[] = [
  'create',
  'read',
  'vread',
  'update',
  'delete',
  'search',
  'history',
];

/** A compiled policy from rules by resource type, for tests that need no definitions of search parameters. */
export function compiledPolicy(
  byType: Readonly<Record<string, readonly HandMadeRule[]>>,
): CompiledPolicy {
  const all = new Map(
    Object.entries(byType).map(([type, rules]) => [
      type,
      rules.map(
        (rule, index): PolicyRule => ({
          id: `${type}#${String(index)}`,
          interactions: new Set(INTERACTIONS),
          where: ALL,
          ...rule,
        }),
      ),
    ]),
  );
  const rules = (type: string, interaction: PolicyInteraction): readonly PolicyRule[] =>
    (all.get(type) ?? []).filter((rule) => rule.interactions.has(interaction));
  return {
    rules,
    where: (type, interaction) => or(...rules(type, interaction).map(({ where }) => where)),
    aggregates: () => [],
    operation: () => undefined,
  };
}
