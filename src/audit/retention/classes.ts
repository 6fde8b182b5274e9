import type { SqlParameters } from '../../storage/search-sql/parameters.ts';

/** Accesses to resources of these types, by these interactions, are a source that has to be kept longer. */
export interface SourceRule {
  /** Days for which rows are kept at least. */
  readonly days: number;
  /** Resource types. */
  readonly types: readonly string[];
  /** Interactions as the ledger names them; `operation` stands for all operations. */
  readonly interactions: readonly string[];
}

/** For how long rows of the ledger are kept, by class. */
export interface RetentionRules {
  /** Security events, refusals and failures, and all that concerns no patient. */
  readonly security: { readonly days: number };
  /** What concerns a patient: their access log. */
  readonly access: { readonly days: number };
  /** Sources for the traceability of the medical device. */
  readonly mdr: SourceRule;
  /** Sources for accounting. */
  readonly billing: SourceRule;
}

/** Class of a row that a time releases; what is under a legal hold is released by an operator instead. */
export type TimedClass = keyof RetentionRules;

/** The classes that a time releases, in the order in which they are told. */
export const TIMED_CLASSES: readonly TimedClass[] = ['security', 'access', 'mdr', 'billing'];

const DAY = 86_400_000;

/** DCM code of events about software and configuration: which version ran when. */
const SOFTWARE = '110131';

/**
 * Prints the condition under which a row `a` belongs to a class. Every row belongs to `security` or `access`, and to as
 * many others as hold; never null.
 */
export function classSql(
  name: TimedClass,
  rules: RetentionRules,
  parameters: SqlParameters,
): string {
  switch (name) {
    case 'security':
      return '(a.patient is null or a.security_type is not null or a.outcome <> 0)';
    case 'access':
      return '(a.patient is not null)';
    case 'mdr':
      return `(${sourceSql(rules.mdr, parameters)} or coalesce(a.security_subtype = '${SOFTWARE}', false))`;
    case 'billing':
      return sourceSql(rules.billing, parameters);
  }
}

function sourceSql({ types, interactions }: SourceRule, parameters: SqlParameters): string {
  const [type, interaction] = [types, interactions].map((list) => parameters.add(list, 'text[]'));
  return `coalesce(a.type = any(${String(type)}) and split_part(a.interaction, ':', 1) = any(${String(interaction)}), false)`;
}

/**
 * True where a class has released a month: all its rows are older than the class wants. For accounting, the time begins
 * with the end of the calendar year.
 * @param last when the last row of the month was recorded, in milliseconds since 1970
 * @param now milliseconds since 1970
 * @see https://www.gesetze-im-internet.de/ao_1977/__147.html paragraphs 3 and 4
 */
export function isReleased(
  name: TimedClass,
  rules: RetentionRules,
  last: number,
  now: number,
): boolean {
  const begin = name === 'billing' ? Date.UTC(new Date(last).getUTCFullYear() + 1, 0, 1) : last;
  return begin + rules[name].days * DAY < now;
}
