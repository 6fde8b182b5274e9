import { refuseBlocked } from '../../../access/blocked/refuse-any.ts';
import { and, type SearchExpression } from '../../../search/expression.ts';
import { guardFields } from '../../../search/rewriters/guard-fields.ts';
import type { AccessContext } from '../../access-context.ts';
import type { ClinicalStore } from '../../clinical-store.ts';
import type { SqlClient, SqlStatement } from '../../database.ts';
import { anchors } from '../../search-sql/anchor.ts';
import { type SqlParameters, sqlParameters } from '../../search-sql/parameters.ts';
import { whereSql } from '../../search-sql/where.ts';
import { versionOf } from '../../version-of.ts';
import { searchNaming } from '../searching/search-naming.ts';
import { type ShownRow, showRows } from '../shown/show.ts';

/** A resource of a page that may hold several types. */
export interface TypedRow {
  /** Number of the type. */
  readonly type: number;
  readonly rid: string;
  readonly id: string;
  /** Ids of the patients concerned, with commas between. */
  readonly patients: string;
  readonly content: string;
}

/** Which resources of several types are read. */
export interface CompartmentQuery {
  /** Which resources of a type belong; undefined: none of it. */
  readonly member: (type: string) => SearchExpression | undefined;
  readonly types: readonly string[];
  /** True where only what is in the compartment of some patient belongs. */
  readonly ofPatients?: boolean;
  /** FHIR instant: only what changed since. */
  readonly since?: string;
  /** Clinical dates in milliseconds since 1970; what has no date belongs in any case. */
  readonly from?: number;
  readonly to?: number;
  /** Rows at most. */
  readonly limit: number;
  /** Position after which the page begins. */
  readonly after?: { readonly type: number; readonly rid: string };
}

/**
 * Reads resources of several types by type and in the order of their creation, each type narrowed by what the policy
 * shows in a search. One statement, whatever the number of types; who calls records the access.
 * @throws FhirError `ACCESS_PARAMETER_BLOCKED` for a period of what a rule hides
 */
export async function readCompartmentPage(
  store: ClinicalStore,
  context: AccessContext,
  query: CompartmentQuery,
  client: SqlClient = store.database,
): Promise<readonly ShownRow<TypedRow>[]> {
  refusePeriod(store, context, query);
  const statement = compartmentStatement(store, context, query);
  if (statement === undefined) return [];
  const rows = await client.query<TypedRow>(statement);
  return showRows(store, client, context, 'search', rows, (row) => store.types.name(row.type));
}

/** When something was changed, and when it happened, is told only of types of which that can be seen. */
function refusePeriod(
  { definitions, chief }: ClinicalStore,
  { principal: { policy } }: AccessContext,
  { types, since, from, to }: CompartmentQuery,
): void {
  for (const type of types) {
    if (since !== undefined)
      refuseBlocked(definitions, policy, type, '_lastUpdated', { shown: '_since' });
    const date = from === undefined && to === undefined ? undefined : chief.date(type);
    if (date !== undefined) refuseBlocked(definitions, policy, type, date);
  }
}

/** What does not show the caller whose it is belongs to nobody. */
const GUARD = { silent: 'all' } as const;

function compartmentStatement(
  store: ClinicalStore,
  context: AccessContext,
  query: CompartmentQuery,
): SqlStatement | undefined {
  const parameters = sqlParameters();
  const limit = parameters.add(query.limit, 'integer');
  const common = commonConditions(query, parameters);
  const branches: string[] = [];
  const alike = new Map<string, { readonly where: SearchExpression; readonly types: string[] }>();
  for (const type of query.types) {
    const member = query.member(type);
    if (member === undefined) continue;
    const { policy } = context.principal;
    const asked = guardFields(store.definitions, policy, type, member, GUARD);
    const where = and(asked, policy.where(type, 'search'));
    if (where.kind === 'none') continue;
    // What names no search parameter means the same for every type, and is looked for in all of them at once.
    const key = namesNoParameter(where) ? JSON.stringify(where) : type;
    const group = alike.get(key) ?? { where, types: [] };
    group.types.push(type);
    alike.set(key, group);
  }
  for (const { where, types } of alike.values()) {
    const type = types[0] as string;
    const naming = { ...searchNaming(store, context, type), parameters };
    const { conditions, byPatient } = anchors(where, naming);
    const codes = types.map((name) => store.types.code(name));
    const all = [
      `r.type = any(${parameters.add(codes, 'smallint[]')})`,
      'not r.deleted',
      ...common,
      ...conditions,
      whereSql(where, { ...naming, byPatient }),
    ];
    branches.push(
      `(select r.type, r.rid, r.id, r.version from resource r where ${all.join(' and ')} order by r.type, r.rid limit ${limit})`,
    );
  }
  if (branches.length === 0) return undefined;
  return {
    text: `with page as (select * from (${branches.join(' union all ')}) b order by type, rid limit ${limit})
      select p.type, p.rid, p.id, v.patients, v.content
      from page p cross join lateral ${versionOf('p')} v order by p.type, p.rid`,
    values: parameters.values,
  };
}

function commonConditions(query: CompartmentQuery, parameters: SqlParameters): readonly string[] {
  const { after, since, from, to, ofPatients } = query;
  const conditions: string[] = [];
  if (ofPatients === true) conditions.push('r.patient is not null');
  if (after !== undefined) {
    const position = [parameters.add(after.type, 'smallint'), parameters.add(after.rid, 'bigint')];
    conditions.push(`(r.type, r.rid) > (${position.join(', ')})`);
  }
  if (since !== undefined)
    conditions.push(`r.last_updated >= ${parameters.add(since, 'timestamptz')}`);
  if (from !== undefined)
    conditions.push(`(r.date_high is null or r.date_high > ${parameters.add(from, 'float8')})`);
  if (to !== undefined)
    conditions.push(`(r.date_high is null or r.date_low < ${parameters.add(to, 'float8')})`);
  return conditions;
}

function namesNoParameter(expression: SearchExpression): boolean {
  switch (expression.kind) {
    case 'all':
    case 'none':
    case 'id':
    case 'compartment':
      return true;
    case 'and':
    case 'or':
      return expression.operands.every(namesNoParameter);
    case 'not':
      return namesNoParameter(expression.operand);
    default:
      return false;
  }
}
