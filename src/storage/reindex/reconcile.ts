import { randomUUID } from 'node:crypto';
import type { JobQueue } from '../../plugin/sdk.ts';
import type { SqlClient } from '../database.ts';
import { PARAMETERS_CHANGED } from './parameters-changed.ts';
import { REINDEX_ATTEMPTS, REINDEX_JOB } from './reindex-job.ts';
import type { StoredParameter } from './stored-parameters.ts';

/** Arbitrary, but the same on every node: one node at a time compares what is stored with what is indexed. */
const LOCK = '4920311540732';

interface IndexedRow {
  readonly type: string;
  readonly code: string;
  readonly definition: string;
  readonly ready: boolean;
}

/** Who has the index built, as the job names it. */
const REQUESTER = 'SearchParameter';

/**
 * Brings the table of indexed parameters in line with the stored SearchParameters, and starts what is needed to index new
 * ones. Run again it changes nothing, so that a server that is killed in between only has to do it at its next start.
 * @param now milliseconds since 1970
 * @returns keys `type.code` of the parameters that can be searched by
 */
export async function reconcile(
  tx: SqlClient,
  stored: readonly StoredParameter[],
  queue: Pick<JobQueue, 'enqueue'>,
  now: number,
): Promise<ReadonlySet<string>> {
  await tx.query({ text: `select pg_advisory_xact_lock(${LOCK})` });
  const rows = await tx.query<IndexedRow>({
    text: 'select type, code, definition, ready from custom_parameter',
  });
  const indexed = new Map(rows.map((row) => [`${row.type}.${row.code}`, row]));
  const wanted = new Map(stored.map((one) => [`${one.type}.${one.parameter.code}`, one]));
  const gone = rows.filter((row) => !wanted.has(`${row.type}.${row.code}`));
  for (const { type, code } of gone) {
    await tx.query({
      text: 'delete from custom_parameter where type = $1 and code = $2',
      values: [type, code],
    });
  }
  const missing = stored.filter(
    (one) => indexed.get(`${one.type}.${one.parameter.code}`)?.definition !== one.definition,
  );
  for (const [definition, parameters] of Map.groupBy(missing, (one) => one.definition)) {
    const job = randomUUID();
    await tx.query({
      text: `insert into reindex_job (id, requested_by, created_at, types)
        values ($1, $2, to_timestamp($3::float8 / 1000), $4::text[])`,
      values: [job, `${REQUESTER}/${definition}`, now, parameters.map(({ type }) => type)],
    });
    for (const { type, parameter } of parameters) {
      await tx.query({
        text: `insert into custom_parameter (type, code, definition, job) values ($1, $2, $3, $4)
          on conflict (type, code) do update set definition = excluded.definition, job = excluded.job, ready = false`,
        values: [type, parameter.code, definition, job],
      });
    }
    await queue.enqueue(tx, REINDEX_JOB, { id: job }, { key: job, maxAttempts: REINDEX_ATTEMPTS });
  }
  if (gone.length > 0 || missing.length > 0) {
    await tx.query({ text: `select pg_notify($1, '')`, values: [PARAMETERS_CHANGED] });
  }
  const changed = new Set(missing.map((one) => `${one.type}.${one.parameter.code}`));
  return new Set(
    rows
      .filter(({ ready }) => ready)
      .map((row) => `${row.type}.${row.code}`)
      .filter((key) => wanted.has(key) && !changed.has(key)),
  );
}
