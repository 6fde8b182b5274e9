import type { ClinicalStore } from '../storage/clinical-store.ts';
import type { SqlStatement } from '../storage/database.ts';
import { SEVERAL } from '../storage/index-rows.ts';
import { anchors } from '../storage/search-sql/anchor.ts';
import { sqlParameters } from '../storage/search-sql/parameters.ts';
import { whereSql } from '../storage/search-sql/where.ts';
import type { ExportPlan } from './export-plan.ts';
import type { ExportScope } from './export-scope.ts';

/** Longest text that comes with its page, in bytes; a longer one is fetched by itself, so that pages stay small. */
const LONG = 32_000;

/** One resource as it was at the instant of the export. */
export interface ExportRow {
  readonly rid: string;
  /** Ids of the patients concerned, with commas between. */
  readonly patients: string;
  /** Null where the text is so long that it is to be fetched by itself. */
  readonly content: string | null;
  /**
   * Milliseconds since 1970 where the version is older than the current one: the index describes the present, so such a
   * version has to be judged by its content. Null for the current version.
   */
  readonly superseded: number | null;
}

/**
 * Prints the statement that reads the next resources of a type as they were at the instant of the export: what the index
 * finds and nobody changed since, and what was changed since, in the version of then.
 * @param most rows at most
 */
export function exportStatement(
  store: ClinicalStore,
  scope: ExportScope,
  plan: Pick<ExportPlan, 'since' | 'until'>,
  transactionTime: string,
  after: string,
  most: number,
): SqlStatement {
  const parameters = sqlParameters();
  const { type } = scope;
  const naming = {
    type,
    hash: store.hash,
    paramKey: store.paramKey,
    chief: store.chief,
    parameters,
  };
  const code = parameters.add(store.types.code(type), 'smallint');
  const from = parameters.add(after, 'bigint');
  const now = parameters.add(transactionTime, 'timestamptz');
  const limit = parameters.add(most, 'integer');
  const long = parameters.add(LONG, 'integer');
  const changed = [
    ...(plan.since === undefined
      ? []
      : [`v.last_updated > ${parameters.add(plan.since, 'timestamptz')}`]),
    ...(plan.until === undefined
      ? []
      : [`v.last_updated < ${parameters.add(plan.until, 'timestamptz')}`]),
  ];
  const anchored = anchors(scope.where, naming);
  const present = [
    `r.type = ${code}`,
    `r.rid > ${from}`,
    'not r.deleted',
    `r.last_updated <= ${now}`,
    ...(scope.inCompartment ? ['r.patient is not null'] : []),
    // The rest is judged row by row; these are only those that are surely somebody's.
    ...(scope.ofNobody === true
      ? [
          `(r.patient is null or r.patient = ${String(SEVERAL)} or not exists (select from resource p
            where p.self = r.patient and p.type = ${parameters.add(store.types.code('Patient'), 'smallint')}))`,
        ]
      : []),
    ...anchored.conditions,
    whereSql(scope.where, { ...naming, byPatient: anchored.byPatient }),
    // Said of the version too: its index begins with type and instant.
    ...(changed.length === 0 ? [] : [`v.type = ${code}`, ...changed]),
  ];
  const text = `(select r.rid, v.patients,
        case when octet_length(v.content) <= ${long} then v.content end as content, null::float8 as superseded
      from resource r join resource_version v on v.rid = r.rid and v.version = r.version
      where ${present.join(' and ')} order by r.rid limit ${limit})
    union all
    (select n.rid, v.patients, v.content, (extract(epoch from v.last_updated) * 1000)::float8
      from (select distinct n.rid from resource_version n
          where n.type = ${code} and n.last_updated > ${now} and n.rid > ${from} order by n.rid) n
        cross join lateral (select o.* from resource_version o
          where o.rid = n.rid and o.last_updated <= ${now} order by o.version desc limit 1) v
      where ${['not v.deleted', ...changed].join(' and ')} order by n.rid limit ${limit})
    order by rid limit ${limit}`;
  // Where everything is shown one plan serves every page; else the right one depends on the values.
  const name = scope.where.kind === 'all' ? store.shapes(text) : undefined;
  return { text, values: parameters.values, ...(name === undefined ? {} : { name }) };
}

/** Prints the statement that fetches one long text, as it was at the instant of the export. */
export function longTextStatement(rid: string, transactionTime: string): SqlStatement {
  return {
    name: 'bulk-long-text',
    text: `select content from resource_version
      where rid = $1 and last_updated <= $2 order by version desc limit 1`,
    values: [rid, transactionTime],
  };
}
