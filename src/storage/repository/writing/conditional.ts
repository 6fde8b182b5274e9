import { isFhirError } from '../../../outcome/fhir-error.ts';
import { and, not, type SearchExpression, type SearchRequest } from '../../../search/expression.ts';
import { type Access, auditRows } from '../../access-context.ts';
import type { SqlClient } from '../../database.ts';
import { findLinks } from '../../search-sql/link-keys.ts';
import { pageStatement, type SearchRow } from '../../search-sql/search.ts';
import { sortColumns } from '../../search-sql/sort.ts';
import { guardedWhere } from '../judging/guarded.ts';
import { linkNaming } from '../searching/search-request.ts';
import { Refusal } from './refusal.ts';
import { type Unit, unitRules } from './unit.ts';

/** A resource that criteria select. */
export interface Match {
  readonly id: string;
  readonly version: number;
  /** The resource as it is sent. */
  readonly content: string;
}

/** Criteria of a conditional interaction, read like a search. */
export type Criteria = Pick<SearchRequest, 'type' | 'where' | 'used'>;

/**
 * The resources that the criteria select, the oldest first. It is a search of the caller: what the policy does not show
 * them is not matched, so that a condition tells nothing that a search would not.
 * @param limit matches at most; one more than are allowed says that there are too many
 * @param without ids that do not count, because the unit deletes them
 * @throws Refusal with `ACCESS_DENIED` where the caller may not search the type, with `ACCESS_PARAMETER_BLOCKED` where the
 * criteria look at what the caller does not see
 * @see https://hl7.org/fhir/R4/http.html#cond-update
 */
export async function findMatches(
  unit: Unit,
  client: SqlClient,
  criteria: Criteria,
  limit: number,
  without: readonly string[] = [],
): Promise<readonly Match[]> {
  const { store, context } = unit;
  const { type } = criteria;
  const query = new URLSearchParams(
    criteria.used.map(([name, value]): [string, string] => [name, value]),
  ).toString();
  const access = { interaction: 'search-type', type, query };
  const rules = unitRules(unit, type, 'search', access);
  const { policy } = context.principal;
  const where = and(
    await guarded(unit, criteria, access),
    ...(without.length === 0 ? [] : [not({ kind: 'id', ids: without })]),
    policy.where(type, 'search'),
  );
  const naming = linkNaming(store, type);
  const links = await findLinks(client, where, naming);
  const rows = await client.query<SearchRow>(
    pageStatement(
      {
        typeCode: store.types.code(type),
        where,
        limit,
        sort: (parameters) => sortColumns(type, [], store, parameters),
      },
      { ...naming, shapes: store.shapes, ...(links === undefined ? {} : { links }) },
    ),
  );
  const patients = new Set(
    rows.flatMap((row) => (row.patients === '' ? [] : row.patients.split(','))),
  );
  const found = {
    ...access,
    rule: rules.map((rule) => rule.id).join('|'),
    patients: [...patients].join(','),
  };
  for (const row of auditRows(context, found, unit.now)) unit.audit.push(row);
  return rows;
}

async function guarded(
  { store, context }: Unit,
  criteria: Criteria,
  access: Access,
): Promise<SearchExpression> {
  try {
    return await guardedWhere(store, context, criteria);
  } catch (error) {
    if (!isFhirError(error) || error.code !== 'ACCESS_PARAMETER_BLOCKED') throw error;
    throw new Refusal(access, error);
  }
}
