import { type Access, type AccessContext, auditRows, purposeOf } from '../../access-context.ts';
import type { ClinicalStore } from '../../clinical-store.ts';
import type { SqlClient } from '../../database.ts';
import { instant } from '../../instant.ts';
import { recordAccess } from '../judging/deny.ts';
import { rulesOfCurrent } from '../judging/holding-rules.ts';

/** A row that is shown. */
export interface ShownOf {
  readonly type: string;
  readonly id: string;
  /** Ids of the patients concerned, with commas between. */
  readonly patients: string;
}

/** What was searched, and what of it is shown. */
export interface SearchShown {
  /** Types whose rules were asked, whether anything of them is shown or not. */
  readonly types: readonly string[];
  readonly rows: readonly ShownOf[];
}

/**
 * Records that a search shows some rows. Where all rules that were asked have one purpose, that is one record for each patient
 * with all of the rules. Where they have several, each row is recorded with the rules that hold for it: who sees one patient in
 * treatment and another by breaking the glass does the one for one reason and the other for another.
 */
export async function recordShown(
  store: ClinicalStore,
  client: SqlClient,
  context: AccessContext,
  access: Access,
  { types, rows }: SearchShown,
): Promise<void> {
  const { policy } = context.principal;
  const asked = [...new Set([...types, ...rows.map(({ type }) => type)])];
  const ids = [
    ...new Set(asked.flatMap((type) => policy.rules(type, 'search').map(({ id }) => id))),
  ];
  if (rows.length === 0 || !isForSeveralPurposes(context, ids))
    return recordAccess(store, context, { ...access, ...summary(ids, rows) });
  const held: Judged[] = [];
  for (const [type, some] of Map.groupBy(rows, (row) => row.type)) {
    const rules = policy.rules(type, 'search');
    const holding = await rulesOfCurrent(store, client, type, rules, some);
    for (const { id, patients } of some)
      held.push({ rules: (holding.get(id) ?? rules).map((rule) => rule.id), patients });
  }
  return recordByRules(store, context, access, held);
}

/** What is shown, with the ids of the rules that hold for it. */
export interface Judged {
  readonly rules: readonly string[];
  /** Ids of the patients concerned, with commas between. */
  readonly patients: string;
}

/** Records what is shown under all rules together, or, where these are for several purposes, each under its own. */
export function recordByRules(
  store: ClinicalStore,
  context: AccessContext,
  access: Access,
  shown: readonly Judged[],
): Promise<void> {
  const all = [...new Set(shown.flatMap(({ rules }) => rules))];
  if (!isForSeveralPurposes(context, all))
    return recordAccess(store, context, { ...access, ...summary(all, shown) });
  const recorded = instant(store.clock);
  const groups = Map.groupBy(shown, ({ rules }) => rules.join('|'));
  return store.ledger.record(
    [...groups.values()].flatMap((group) =>
      auditRows(context, { ...access, ...summary(group[0]?.rules ?? [], group) }, recorded),
    ),
  );
}

function isForSeveralPurposes({ principal }: AccessContext, rules: readonly string[]): boolean {
  if (principal.purposes === undefined) return false;
  return new Set(rules.map((rule) => purposeOf(principal, rule))).size > 1;
}

function summary(
  rules: readonly string[],
  rows: readonly Pick<ShownOf, 'patients'>[],
): Pick<Access, 'rule' | 'patients'> {
  const patients = new Set(
    rows.flatMap((row) => (row.patients === '' ? [] : row.patients.split(','))),
  );
  return { rule: rules.join('|'), patients: [...patients].join(',') };
}
