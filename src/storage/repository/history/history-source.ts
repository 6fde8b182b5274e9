import type { ClinicalStore } from '../../clinical-store.ts';
import type { SqlStatement } from '../../database.ts';
import { SEVERAL } from '../../index-rows.ts';
import type { HistoryPlan, HistoryPosition } from './history-plan.ts';
import { sqlParameters, type SqlParameters } from '../../search-sql/parameters.ts';
import { whereSql } from '../../search-sql/where.ts';

/** A version as a history reads it, before it is judged. */
export interface HistoryRow {
  readonly type: number;
  readonly id: string;
  readonly version: number;
  /** Milliseconds since 1970. */
  readonly updated: number;
  readonly deleted: boolean;
  /** Where the version lies in the order of the history. */
  readonly position: HistoryPosition;
  /** Ids of the patients concerned; of a deletion, those of the version before. */
  readonly patients: string | null;
  /** What is judged: the version, or the one before a deletion. Null where there is none any more. */
  readonly content: string | null;
}

/** Which instants a history covers, in milliseconds since 1970. */
export interface HistoryPeriod {
  /** Only versions made at this instant or later. */
  readonly since?: number;
  /** Only versions that were the current one at some moment of the interval [low, high), which may be open. */
  readonly at?: { readonly low: number; readonly high: number };
}

/**
 * Prints the statement that reads the next versions of a history, newest first. The keys of the page are found first, by
 * indexes alone; contents are read of the page only.
 */
export function historyStatement(
  store: ClinicalStore,
  plan: HistoryPlan,
  period: HistoryPeriod,
  after: HistoryPosition | undefined,
  limit: number,
): SqlStatement {
  const parameters = sqlParameters();
  const order =
    plan.scope === 'instance' ? 'version desc' : 'last_updated desc, rid desc, version desc';
  const most = parameters.add(limit, 'integer');
  const filter = [
    ...periodConditions(period, parameters),
    ...(after === undefined ? [] : [afterCondition(plan, after, parameters)]),
  ].map((condition) => ` and ${condition}`);
  const branches = sources(store, plan, parameters, (from, where) => {
    const ordered = order.replaceAll(/\b(?=last_updated|rid|version)/g, 'v.');
    return `(select v.type, v.rid, v.version, v.last_updated from ${from}
      where ${where}${filter.join('')} order by ${ordered} limit ${most})`;
  });
  const judged = (column: string): string => `case when v.deleted then
      (select b.${column} from resource_version b where b.rid = p.rid and b.version = p.version - 1)
      else v.${column} end as ${column}`;
  return {
    text: `with page as (select * from (${branches.join(' union all ')}) x order by ${order} limit ${most})
      select p.type, r.id, p.version, (extract(epoch from p.last_updated) * 1000)::float8 as updated, v.deleted,
        array[p.last_updated::text, p.rid::text, p.version::text] as position, ${judged('patients')}, ${judged('content')}
      from page p join resource r on r.type = p.type and r.rid = p.rid
      cross join lateral (select * from resource_version x where x.rid = p.rid and x.version = p.version limit 1) v
      order by ${order.replaceAll(/\b(?=last_updated|rid|version)/g, 'p.')}`,
    values: parameters.values,
  };
}

/** A branch for each way in which the rules of types lead to rows. */
function sources(
  store: ClinicalStore,
  plan: HistoryPlan,
  parameters: SqlParameters,
  branch: (from: string, where: string) => string,
): readonly string[] {
  const codes = (types: readonly string[]): string =>
    parameters.add(
      types.map((type) => store.types.code(type)),
      'smallint[]',
    );
  if (plan.scope === 'instance') {
    const self = `r.type = any(${codes([plan.type])}) and r.id = ${parameters.add(plan.id, 'text')}`;
    return [branch('resource r join resource_version v on v.rid = r.rid', self)];
  }
  const found: string[] = [];
  const { open, ofPatients, narrow } = plan;
  if (open.length > 0) {
    // One range of the index for each type, each read as far as the page needs it.
    const inner = branch('resource_version v', 'v.type = t.code');
    found.push(`(select y.* from unnest(${codes(open)}) as t(code) cross join lateral ${inner} y)`);
  }
  if (ofPatients !== undefined) {
    const types = codes(ofPatients.types);
    const patients = parameters.add(`{${ofPatients.patients.join(',')}}`, 'bigint[]');
    found.push(
      branch(
        `(select r.rid from resource r where r.patient = any(${patients}) and r.type = any(${types})
          union select r.rid from resource r
            where r.patient = ${String(SEVERAL)} and r.type = any(${types}) and r.tokens && ${patients}
          union select f.rid from former_compartment f where f.patient = any(${patients}) and f.type = any(${types})) c
        join resource_version v on v.rid = c.rid`,
        'true',
      ),
    );
  }
  for (const { type, where } of narrow) {
    const context = {
      type,
      hash: store.hash,
      paramKey: store.paramKey,
      chief: store.chief,
      parameters,
    };
    found.push(
      branch(
        'resource r join resource_version v on v.rid = r.rid',
        `r.type = any(${codes([type])}) and v.type = r.type and not r.deleted and ${whereSql(where, context)}`,
      ),
    );
  }
  return found;
}

function periodConditions({ since, at }: HistoryPeriod, parameters: SqlParameters): string[] {
  const instant = (milliseconds: number): string =>
    `to_timestamp(${parameters.add(milliseconds / 1000, 'float8')})`;
  const conditions: string[] = [];
  if (since !== undefined) conditions.push(`v.last_updated >= ${instant(since)}`);
  if (at !== undefined) {
    conditions.push(
      `v.last_updated < ${instant(at.high)}`,
      `not exists (select 1 from resource_version n
        where n.rid = v.rid and n.version = v.version + 1 and n.last_updated <= ${instant(at.low)})`,
    );
  }
  return conditions;
}

function afterCondition(
  { scope }: HistoryPlan,
  [lastUpdated, rid, version]: HistoryPosition,
  parameters: SqlParameters,
): string {
  const below = parameters.add(version, 'integer');
  // The versions of one resource follow each other, whatever the clocks of the nodes said.
  if (scope === 'instance') return `v.version < ${below}`;
  return `(v.last_updated, v.rid, v.version)
    < (${parameters.add(lastUpdated, 'timestamptz')}, ${parameters.add(rid, 'bigint')}, ${below})`;
}
