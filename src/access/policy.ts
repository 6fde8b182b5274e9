import type { SearchExpression } from '../search/expression.ts';
import type { ElementPath, FieldView } from './view/field-view.ts';

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
  /**
   * Which resources: `all` where the entry has no criteria. May follow references (`chain`, `has`) where the policy names a
   * relation; then only the database can answer it.
   */
  readonly where: SearchExpression;
  /** What it shows of them; absent: all. An element is hidden if all rules that hold for the resource hide it. */
  readonly view?: FieldView;
  /** Elements that are shown and cannot be changed. Of several rules that hold, one without them is enough to change. */
  readonly readonlyFields?: readonly ElementPath[];
  /** FHIRPath with `%before` and `%after`: all must be exactly `true` for a write by this rule. */
  readonly writeConstraint?: readonly string[];
  /** Present where the rule opens resources to aggregates alone: the smallest number of patients a cell may stand for. */
  readonly aggregateOnly?: number;
}

/** The rules of one principal by resource type. A type without rules is denied. */
export interface CompiledPolicy {
  /** Rules of a type that allow an interaction, in the order of the policy; empty means denied. */
  rules(type: string, interaction: PolicyInteraction): readonly PolicyRule[];
  /** Disjunction of the rules; `none` means denied. */
  where(type: string, interaction: PolicyInteraction): SearchExpression;
  /** Rules that open resources of the type to aggregates alone; they are in no other list. */
  aggregates(type: string): readonly PolicyRule[];
  /** Id of the rule that allows a named operation, or undefined: denied. */
  operation(name: string): string | undefined;
  /** Project under whose pseudonyms the principal knows all resources; absent: under their ids. */
  readonly pseudonyms?: string;
  /** The policy with its rules for Binary, where this one hides them (`seal-binaries.ts`). */
  readonly unsealed?: CompiledPolicy;
}
