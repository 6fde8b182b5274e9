import { hash, randomUUID } from 'node:crypto';
import { OWN_SEARCH_PARAMETERS } from '../../definitions/own-search-parameters.ts';
import type { Definitions, SearchParameterDefinition } from '../../definitions/model.ts';
import type { JobQueue } from '../../plugin/sdk.ts';
import type { SqlClient } from '../database.ts';
import type { ResourceTypes } from '../resource-types.ts';
import { PARAMETERS_CHANGED } from './parameters-changed.ts';
import { REINDEX_ATTEMPTS, REINDEX_JOB } from './reindex-job.ts';

/** Setting of the database that tells what its index holds of the parameters of this server. */
const SETTING = 'own-search-parameters';

/** Who has the index built, as the job names it. */
const REQUESTER = 'the parameters of this release';

/** What was indexed of one resource type, or is being indexed by a job. */
interface IndexedType {
  readonly digest: string;
  /** Absent where nothing was stored that could have been indexed. */
  readonly job?: string;
}

/**
 * Compares the search parameters that this server adds to R4 with those the index was made with. Where a release brought new
 * ones or changed some, the resources of the type are indexed anew in the background. A type of which nothing is stored needs
 * none of that. To be called under the lock of {@link reconcile}.
 * @param now milliseconds since 1970
 * @returns by resource type, the parameters that cannot be searched by yet
 */
export async function reconcileOwn(
  tx: SqlClient,
  base: Definitions,
  types: ResourceTypes,
  queue: Pick<JobQueue, 'enqueue'>,
  now: number,
): Promise<ReadonlyMap<string, readonly SearchParameterDefinition[]>> {
  const own = ownParameters(base);
  const indexed = await readSetting(tx);
  const next: Record<string, IndexedType> = {};
  let changed = false;
  for (const [type, parameters] of own) {
    const digest = hash('sha256', JSON.stringify(parameters), 'hex');
    const known = indexed[type];
    if (known?.digest === digest) {
      next[type] = known;
      continue;
    }
    changed = true;
    const job = (await isStored(tx, types.code(type)))
      ? await startJob(tx, type, queue, now)
      : undefined;
    next[type] = { digest, ...(job === undefined ? {} : { job }) };
  }
  if (changed) {
    await tx.query({
      text: `insert into server_setting (name, value) values ($1, convert_to($2::text, 'UTF8'))
        on conflict (name) do update set value = excluded.value`,
      values: [SETTING, JSON.stringify(next)],
    });
    await tx.query({ text: `select pg_notify($1, '')`, values: [PARAMETERS_CHANGED] });
  }
  const jobs = Object.values(next).flatMap(({ job }) => (job === undefined ? [] : [job]));
  const running = await runningJobs(tx, jobs);
  return new Map([...own].filter(([type]) => running.has(next[type]?.job ?? '')));
}

/** The parameters of this server by resource type, in the order in which they are declared. */
function ownParameters(
  base: Definitions,
): ReadonlyMap<string, readonly SearchParameterDefinition[]> {
  const found = new Map<string, SearchParameterDefinition[]>();
  for (const { base: types, code, url } of OWN_SEARCH_PARAMETERS) {
    for (const type of types) {
      const parameter = base.searchParameters(type).get(code);
      if (parameter?.url !== url) continue;
      found.set(type, [...(found.get(type) ?? []), parameter]);
    }
  }
  return found;
}

async function readSetting(tx: SqlClient): Promise<Readonly<Record<string, IndexedType>>> {
  const [row] = await tx.query<{ value: string }>({
    text: `select convert_from(value, 'UTF8') as value from server_setting where name = $1`,
    values: [SETTING],
  });
  return row === undefined ? {} : (JSON.parse(row.value) as Record<string, IndexedType>);
}

async function isStored(tx: SqlClient, typeCode: number): Promise<boolean> {
  const rows = await tx.query({
    text: 'select 1 from resource where type = $1::smallint limit 1',
    values: [typeCode],
  });
  return rows.length > 0;
}

async function startJob(
  tx: SqlClient,
  type: string,
  queue: Pick<JobQueue, 'enqueue'>,
  now: number,
): Promise<string> {
  const job = randomUUID();
  await tx.query({
    text: `insert into reindex_job (id, requested_by, created_at, types)
      values ($1, $2, to_timestamp($3::float8 / 1000), $4::text[])`,
    values: [job, REQUESTER, now, [type]],
  });
  await queue.enqueue(tx, REINDEX_JOB, { id: job }, { key: job, maxAttempts: REINDEX_ATTEMPTS });
  return job;
}

async function runningJobs(tx: SqlClient, jobs: readonly string[]): Promise<ReadonlySet<string>> {
  if (jobs.length === 0) return new Set();
  const rows = await tx.query<{ id: string }>({
    text: 'select id::text as id from reindex_job where id = any($1::uuid[]) and finished_at is null',
    values: [jobs],
  });
  return new Set(rows.map(({ id }) => id));
}
