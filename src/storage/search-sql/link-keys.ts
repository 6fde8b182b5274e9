import type { SearchExpression } from '../../search/expression.ts';
import { type LinkExpression, linksOf } from '../../search/linked.ts';
import type { SqlClient, SqlStatement } from '../database.ts';
import type { Links, SearchSqlContext } from './context.ts';
import { linkedSql, refersToOwnSql, saltSql } from './link-parts.ts';
import { sqlParameters } from './parameters.ts';
import { namedPatients, namesIds } from './anchor.ts';
import { leadsToPatientSet, patientSetSql } from './patient-set.ts';
import { whereSql } from './where.ts';

/** Resources behind a link that are listed one by one, unless the store says otherwise. */
const LISTED = 1000;

/** What finding them needs. */
export type LinkNaming = Omit<SearchSqlContext, 'parameters' | 'links' | 'byPatient'> & {
  readonly typeCode: (type: string) => number;
  readonly listed?: number;
};

/**
 * Finds the resources behind the chains of an expression, innermost first: one short statement for each, which stops as
 * soon as there are too many to be listed. A planner that had all of it in one statement would have to guess how many
 * resources a condition behind a chain leaves, and guesses badly.
 * @returns undefined where there is no chain
 */
export async function findLinks(
  client: SqlClient,
  expression: SearchExpression,
  naming: LinkNaming,
): Promise<Links | undefined> {
  const links = linksOf(expression);
  if (links.length === 0) return undefined;
  const keys = new Map<LinkExpression, readonly string[]>();
  const sets = new Set<LinkExpression>();
  const few = namesIds(expression) || namedPatients(expression, naming) !== undefined;
  const { listed = LISTED } = naming;
  const context = { ...naming, links: { typeCode: naming.typeCode, keys, sets } };
  const find = async (list: readonly LinkExpression[], type: string): Promise<void> => {
    for (const link of list) {
      if (leadsToPatientSet(link, { ...context, type })) {
        // The rows of a named patient are few, and each is asked for less than all patients are found.
        if (few && type === naming.type) continue;
        const patients = MANY.has(link)
          ? undefined
          : await listPatients(client, link, { ...context, type }, listed);
        if (patients === undefined) sets.add(link);
        else keys.set(link, patients);
        continue;
      }
      await find(linksOf(link.where), link.kind === 'chain' ? link.target : link.source);
      const [row] = await client.query<{ rows: number; keys: readonly string[] }>(
        linkStatement(link, { ...context, type }, listed),
      );
      if (row !== undefined && row.rows <= listed) keys.set(link, row.keys);
    }
  };
  await find(links, naming.type);
  return context.links;
}

/**
 * Links that led to too many patients to be listed. Whether they still do is not asked again: it decides how the database
 * goes about it, not what it finds.
 */
const MANY = new WeakSet<LinkExpression>();

async function listPatients(
  client: SqlClient,
  link: LinkExpression,
  naming: Omit<SearchSqlContext, 'parameters'>,
  listed: number,
): Promise<readonly string[] | undefined> {
  const parameters = sqlParameters();
  const set = patientSetSql(link.where, { ...naming, parameters }, whereSql);
  const rows = await client.query<{ self: string }>({
    text: `select self::text from (${set}) p limit ${parameters.add(listed + 1, 'integer')}`,
    values: parameters.values,
  });
  if (rows.length <= listed) return rows.map(({ self }) => self);
  MANY.add(link);
  return undefined;
}

function linkStatement(
  link: LinkExpression,
  naming: Omit<SearchSqlContext, 'parameters'>,
  listed: number,
): SqlStatement {
  const parameters = sqlParameters();
  const context = { ...naming, parameters };
  const found = `select r.self, r.patient, r.params, r.tokens from resource r
    where ${linkedSql(link, context, whereSql)} limit ${parameters.add(listed + 1, 'integer')}`;
  return {
    text: `with found as materialized (${found}), counted as (select count(*)::int as rows from found)
      select rows, array(${link.kind === 'chain' ? 'select self from found' : referredSql(link, context, listed)})::text[] as keys
      from counted`,
    values: parameters.values,
  };
}

/**
 * The resources to which those found refer. Taking the salt of one parameter off all tokens gives the hashes of its targets
 * and numbers that are nobody's hash.
 */
function referredSql(
  { source, param }: Extract<LinkExpression, { kind: 'has' }>,
  context: SearchSqlContext,
  listed: number,
): string {
  const { type, parameters, links } = context;
  const salt = saltSql(source, param, context);
  const patients =
    type === 'Patient'
      ? `union all select f.patient from found f where ${refersToOwnSql(source, param, 'f', context)}`
      : '';
  const code = parameters.add(links?.typeCode(type), 'smallint');
  return `select r.self from resource r where r.type = ${code} and not r.deleted
    and (select rows from counted) <= ${parameters.add(listed, 'integer')}
    and r.self in (select k # ${salt} from found f, unnest(f.tokens) k ${patients})`;
}
