import { refuseBlocked } from '../../../access/blocked/refuse-any.ts';
import { and, type SearchExpression } from '../../../search/expression.ts';
import { guardFields } from '../../../search/rewriters/guard-fields.ts';
import type { AccessContext } from '../../access-context.ts';
import type { ClinicalStore } from '../../clinical-store.ts';
import type { SqlClient } from '../../database.ts';
import { anchors } from '../../search-sql/anchor.ts';
import { sqlParameters } from '../../search-sql/parameters.ts';
import { whereSql } from '../../search-sql/where.ts';
import { versionOf } from '../../version-of.ts';
import { searchNaming } from '../searching/search-naming.ts';

/** Figures of the quantities of some Observations; numbers as decimal text, null where there are too few values. */
export interface QuantityStatistics {
  /** Observations with a value. */
  readonly count: number;
  /** Observations, with a value or without. */
  readonly total: number;
  readonly average: string | null;
  readonly minimum: string | null;
  readonly maximum: string | null;
  readonly sum: string | null;
  readonly variance: string | null;
  readonly deviation: string | null;
  /** Percentiles in the order of {@link PERCENTILES}. */
  readonly percentiles: readonly number[] | null;
  readonly skew: string | null;
  readonly kurtosis: string | null;
  /** Each unit, as `[system, code, unit]`; the code is the text of the unit where it has none. */
  readonly units:
    | readonly (readonly [system: string | null, code: string | null, unit: string | null])[]
    | null;
}

/** Percentiles that are computed. */
export const PERCENTILES = [0.2, 0.25, 0.4, 0.5, 0.6, 0.75, 0.8] as const;

/**
 * Computes the figures in the database: exact decimals for what decimals can say, and no more memory than for one row.
 * Who calls records the access.
 * @throws FhirError `ACCESS_PARAMETER_BLOCKED` where a rule hides the value
 */
export async function quantityStatistics(
  store: ClinicalStore,
  context: AccessContext,
  where: SearchExpression,
  client: SqlClient = store.database,
): Promise<QuantityStatistics> {
  const type = 'Observation';
  const parameters = sqlParameters();
  const naming = { ...searchNaming(store, context, type), parameters };
  const { policy } = context.principal;
  // A figure over half of the values would be that of nobody's data.
  refuseBlocked(store.definitions, policy, type, 'value-quantity');
  const asked = guardFields(store.definitions, policy, type, where);
  const narrowed = and(asked, policy.where(type, 'search'));
  const { conditions, byPatient, typeColumn } = anchors(narrowed, naming);
  const matched = [
    `${typeColumn} = ${parameters.add(store.types.code(type), 'smallint')}`,
    'not r.deleted',
    ...conditions,
    whereSql(narrowed, { ...naming, byPatient }),
  ];
  const [row] = await client.query<QuantityStatistics>({
    text: `with q as (
        select v.content::jsonb -> 'valueQuantity' as quantity from resource r cross join lateral ${versionOf('r')} v
        where ${matched.join(' and ')}),
      x as (select (quantity ->> 'value')::numeric as value, quantity ->> 'system' as system,
          coalesce(quantity ->> 'code', quantity ->> 'unit') as code, quantity ->> 'unit' as unit from q),
      f as (select avg(value) as mean, stddev_pop(value) as spread from x)
      select count(value)::int as count, count(*)::int as total,
        trim_scale(avg(value))::text as average, trim_scale(min(value))::text as minimum,
        trim_scale(max(value))::text as maximum, trim_scale(sum(value))::text as sum,
        trim_scale(var_samp(value))::text as variance, trim_scale(stddev_samp(value))::text as deviation,
        percentile_cont(${parameters.add(`{${PERCENTILES.join(',')}}`, 'float8[]')}) within group (order by value::float8) as percentiles,
        trim_scale(avg(((value - mean) / nullif(spread, 0)) ^ 3))::text as skew,
        trim_scale(avg(((value - mean) / nullif(spread, 0)) ^ 4))::text as kurtosis,
        (select json_agg(json_build_array(u.system, u.code, u.unit)) from
          (select system, code, min(unit) as unit from x where value is not null group by system, code limit 3) u) as units
      from x cross join f`,
    values: parameters.values,
  });
  return row as QuantityStatistics;
}
