import type { SearchExpression } from '../../search/expression.ts';
import type { CompiledEntry } from '../compile-entry.ts';
import type { CompiledAccessPolicy } from '../compile.ts';
import type { CompiledPolicy, PolicyInteraction, PolicyRule } from '../policy.ts';

/** One policy of an identity under the circumstances that are explained. */
export interface ConsideredPolicy {
  /** Id of the AccessPolicy. */
  readonly role: string;
  readonly policy: CompiledAccessPolicy;
  /** Why it does not hold; absent where it does. */
  readonly rests?: string;
}

/** One entry of a policy, and what it says about an interaction with a type. */
export interface ConsideredEntry {
  /** `<AccessPolicy id>#<index of the entry>` */
  readonly rule: string;
  /** True if it allows the interaction on what its filter finds. */
  readonly holds: boolean;
  /** Why it holds or does not, as a sentence without a full stop. */
  readonly reason: string;
  /** The rule as it stands in the policy of the caller, narrowed by scopes; absent where it does not hold. */
  readonly effective?: PolicyRule;
  /** The condition of the entry on the type, where it has one. */
  readonly filter?: SearchExpression;
}

/**
 * What each entry says about an interaction with a resource type, in the order of the policies.
 * @param effective the policy of the caller: the union of those that hold, narrowed by the scopes
 */
export function considerEntries(
  policies: readonly ConsideredPolicy[],
  effective: Pick<CompiledPolicy, 'rules'>,
  type: string,
  interaction: PolicyInteraction,
): readonly ConsideredEntry[] {
  const rules = new Map(effective.rules(type, interaction).map((rule) => [rule.id, rule]));
  return policies.flatMap(({ policy, rests }): ConsideredEntry[] => {
    const own = new Set(policy.rules(type, interaction).map(({ id }) => id));
    return [
      ...policy.entries.map((entry) =>
        considerEntry(entry, { type, interaction, rests, own, rules }),
      ),
      ...policy.unresolved.map(({ rule, variable }) => ({
        rule,
        holds: false,
        reason: `the variable ${variable} has no value, so that the entry allows nothing`,
      })),
    ];
  });
}

interface Considering {
  readonly type: string;
  readonly interaction: PolicyInteraction;
  readonly rests: string | undefined;
  readonly own: ReadonlySet<string>;
  readonly rules: ReadonlyMap<string, PolicyRule>;
}

function considerEntry(
  entry: CompiledEntry,
  { type, interaction, rests, own, rules }: Considering,
): ConsideredEntry {
  const filter = entry.where(type);
  const not = (reason: string): ConsideredEntry => ({
    rule: entry.id,
    holds: false,
    reason,
    ...(filter === undefined ? {} : { filter }),
  });
  if (filter === undefined) {
    return not(
      entry.resourceType === '*'
        ? `it is about all types that its criteria can be asked of, and ${type} is none of them`
        : `it is about ${entry.resourceType}`,
    );
  }
  if (entry.fields.aggregateOnly !== undefined) {
    return not(`it opens ${type} to aggregates alone, of at least ${entry.fields.aggregateOnly}`);
  }
  if (!entry.interactions.has(interaction)) {
    return not(`it allows ${[...entry.interactions].join(', ')} and not ${interaction}`);
  }
  if (rests !== undefined) return not(`its policy does not hold: ${rests}`);
  const rule = rules.get(entry.id);
  if (rule !== undefined) {
    return {
      rule: entry.id,
      holds: true,
      reason: `it allows ${interaction} on what its filter finds`,
      effective: rule,
      filter: rule.where,
    };
  }
  return not(
    own.has(entry.id)
      ? 'the scopes of the token do not cover it'
      : 'an entry before it says the same',
  );
}
