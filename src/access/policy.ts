import type { SearchExpression } from '../search/expression.ts';

/** What a rule can allow. @see https://www.medplum.com/docs/access/access-policies */
export type PolicyInteraction =
  | 'create'
  | 'read'
  | 'vread'
  | 'update'
  | 'delete'
  | 'search'
  | 'history';

/** One resource entry of an AccessPolicy, compiled. */
export interface PolicyRule {
  /** `<AccessPolicy id>#<index of the entry>`: stands in the audit record and in explanations. */
  readonly id: string;
  readonly interactions: ReadonlySet<PolicyInteraction>;
  /** Which resources: `all` where the entry has no criteria. */
  readonly where: SearchExpression;
}

/** The rules of one principal by resource type. A type without rules is denied. */
export interface CompiledPolicy {
  /** Rules of a type that allow an interaction, in the order of the policy; empty means denied. */
  rules(type: string, interaction: PolicyInteraction): readonly PolicyRule[];
  /** Disjunction of the rules; `none` means denied. */
  where(type: string, interaction: PolicyInteraction): SearchExpression;
  /** Id of the rule that allows a named operation, or undefined: denied. */
  operation(name: string): string | undefined;
  /** The policy with its rules for Binary, where this one hides them (`seal-binaries.ts`). */
  readonly unsealed?: CompiledPolicy;
}
