import { refuseBlocked } from '../../../access/blocked/refuse-any.ts';
import { and, type SearchExpression } from '../../../search/expression.ts';
import { guardFields } from '../../../search/rewriters/guard-fields.ts';
import type { AccessContext } from '../../access-context.ts';
import type { ClinicalStore } from '../../clinical-store.ts';
import type { SqlClient } from '../../database.ts';
import { compartmentKey } from '../../index-keys.ts';
import { sqlParameters } from '../../search-sql/parameters.ts';
import { whereSql } from '../../search-sql/where.ts';
import { versionOf } from '../../version-of.ts';
import { searchNaming } from '../searching/search-naming.ts';
import { type ShownRow, showRows } from '../shown/show.ts';

/** What is read. */
export interface LastOfEachQuery {
  readonly type: string;
  /** Id of the patient that every match is about. */
  readonly patient: string;
  readonly where: SearchExpression;
  /** Rows of each code. */
  readonly max: number;
}

/** A resource with the patients concerned, with commas between. */
export interface LastRow {
  readonly id: string;
  readonly patients: string;
  readonly content: string;
}

/** Parameters that decide which resources are the last of each code. */
const PLACED_BY = ['code', 'date'] as const;

/** Codes of one patient at most, and resources with several codings that are looked at. */
const MOST = 5_000;

/**
 * The newest resources of each code, newest first within a code. The codes of the patient are found by leaping through the
 * index from one to the next, and of each only as many rows as are shown are read. Resources with several codings, or
 * about several patients, have no place of their own in that index; they are compared by their codings.
 * Who calls records the access.
 * @throws FhirError `ACCESS_PARAMETER_BLOCKED` where a rule hides what the resources are placed by
 */
export async function readLastOfEach(
  store: ClinicalStore,
  context: AccessContext,
  { type, patient, where, max }: LastOfEachQuery,
  client: SqlClient = store.database,
): Promise<readonly ShownRow<LastRow>[]> {
  for (const placed of PLACED_BY) {
    refuseBlocked(store.definitions, context.principal.policy, type, placed);
  }
  const parameters = sqlParameters();
  const naming = { ...searchNaming(store, context, type), parameters, byPatient: true };
  const { policy } = context.principal;
  const asked = guardFields(store.definitions, policy, type, where);
  const narrowed = and(asked, policy.where(type, 'search'));
  const code = parameters.add(store.types.code(type), 'smallint');
  const hash = parameters.add(store.hash(compartmentKey(patient)), 'bigint');
  const most = parameters.add(MOST, 'integer');
  const limit = parameters.add(max, 'integer');
  const match = `(r.type + 0) = ${code} and not r.deleted and ${whereSql(narrowed, naming)}`;
  const own = `r.patient = ${hash}`;
  const rows = await client.query<LastRow>({
    text: `with recursive codes as (
        (select r.code from resource r where ${own} and r.code <> 0 and ${match} order by r.code limit 1)
        union all
        select (select r.code from resource r where ${own} and r.code > c.code and r.code <> 0 and ${match}
          order by r.code limit 1) from codes c where c.code is not null),
      single as (
        select r.* from (select code from codes where code is not null limit ${most}) c
          cross join lateral (select r.rid, r.id, r.version, r.date_low, c.code::text as key from resource r
            where ${own} and r.code = c.code and ${match} order by r.date_low desc, r.rid desc limit ${limit}) r),
      several as (
        select r.rid, r.id, r.version, r.date_low,
          case when r.code <> 0 then r.code::text else coalesce((select string_agg(
              coalesce(x ->> 'system', '') || '|' || coalesce(x ->> 'code', ''), ',' order by x ->> 'system', x ->> 'code')
            from jsonb_array_elements(case jsonb_typeof(v.content::jsonb #> '{code,coding}')
              when 'array' then v.content::jsonb #> '{code,coding}' else '[]' end) x),
            v.content::jsonb #>> '{code,text}', '') end as key
        from (select r.* from resource r where r.patient in (${hash}, 0) and (r.patient = 0 or r.code is null or r.code = 0)
            and ${match} order by r.date_low desc, r.rid desc limit ${most}) r
          cross join lateral ${versionOf('r')} v),
      placed as (
        select *, row_number() over (partition by key order by date_low desc, rid desc) as place
        from (table single union all table several) u)
      select p.id, v.patients, v.content from placed p cross join lateral ${versionOf('p')} v
      where p.place <= ${limit} order by p.key, p.place`,
    values: parameters.values,
  });
  return showRows(store, client, context, 'search', rows, () => type);
}
