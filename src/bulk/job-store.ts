import type { SqlClient } from '../storage/database.ts';
import type { PrincipalClaims } from '../access/principal.ts';

/** A bulk job as it is stored. */
export interface BulkJob {
  readonly id: string;
  readonly kind: 'export' | 'import';
  /** FHIR reference of who started it: nobody else learns that it exists. */
  readonly owner: string;
  /** What the principal is made from again, each time the job reads or writes. */
  readonly claims: PrincipalClaims;
  /** URL of the kick-off request. */
  readonly request: string;
  readonly requestId: string;
  readonly network: string | null;
  readonly plan: unknown;
  readonly position: unknown;
  readonly status: 'active' | 'complete' | 'failed';
  /** FHIR instant whose state is exported. */
  readonly transactionTime: string;
  /** FHIR instant after which job and files are removed. */
  readonly expires: string;
  /** Key of a blob that may have been left unfinished. */
  readonly pendingKey: string | null;
  /** Code of the error that ended a failed job. */
  readonly failure: string | null;
}

/** A file of a bulk job. */
export interface BulkFile {
  readonly number: number;
  /** Part of the manifest; `input` is what an import reads, and is in none. */
  readonly list: 'output' | 'deleted' | 'error' | 'input';
  readonly type: string;
  readonly key: string;
  readonly lines: number;
  /** Bytes, as text. */
  readonly bytes: string;
}

const INSTANT = `'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'`;

const COLUMNS = `id, kind, owner, claims, request, request_id as "requestId", network, plan, position, status,
  to_char(transaction_time at time zone 'UTC', ${INSTANT}) as "transactionTime",
  to_char(expires at time zone 'UTC', ${INSTANT}) as expires, pending_key as "pendingKey", failure`;

/** What a job begins with. */
export type NewBulkJob = Omit<BulkJob, 'status' | 'pendingKey' | 'failure'>;

/**
 * Adds a job unless its owner has `limit` that are active already.
 * @returns false where it was not added
 */
export async function addJob(tx: SqlClient, job: NewBulkJob, limit: number): Promise<boolean> {
  // Kick-offs of one owner wait for each other, so that the limit holds for those that come at once.
  await tx.query({
    text: 'select pg_advisory_xact_lock(hashtextextended($1, 4920311))',
    values: [job.owner],
  });
  const added = await tx.query({
    text: `insert into bulk_job (id, kind, owner, claims, request, request_id, network, plan, position, status,
        transaction_time, expires)
      select $1, $2, $3, $4, $5, $6, $7, $8, $9, 'active', $10, $11
      where (select count(*) from bulk_job where owner = $3 and status = 'active') < $12 returning 1`,
    values: [
      job.id,
      job.kind,
      job.owner,
      JSON.stringify(job.claims),
      job.request,
      job.requestId,
      job.network,
      JSON.stringify(job.plan),
      JSON.stringify(job.position),
      job.transactionTime,
      job.expires,
      limit,
    ],
  });
  return added.length > 0;
}

/** Jobs of an owner that have not ended. */
export async function activeJobs(client: SqlClient, owner: string): Promise<number> {
  const [row] = await client.query<{ n: number }>({
    text: `select count(*)::int as n from bulk_job where owner = $1 and status = 'active'`,
    values: [owner],
  });
  return row?.n ?? 0;
}

/** Reads a job. */
export async function readJob(client: SqlClient, id: string): Promise<BulkJob | undefined> {
  const [job] = await client.query<BulkJob>({
    name: 'bulk-job',
    text: `select ${COLUMNS} from bulk_job where id = $1`,
    values: [id],
  });
  return job;
}

/** The files of a job in the order in which they were written. */
export async function readFiles(client: SqlClient, job: string): Promise<readonly BulkFile[]> {
  return client.query<BulkFile>({
    name: 'bulk-files',
    text: 'select number, list, type, key, lines, bytes from bulk_file where job = $1 order by number',
    values: [job],
  });
}

/** Notes the blob that is going to be written. @returns false where the job is not active any more */
export async function expectBlob(client: SqlClient, job: string, key: string): Promise<boolean> {
  const rows = await client.query({
    text: `update bulk_job set pending_key = $2 where id = $1 and status = 'active' returning 1`,
    values: [job, key],
  });
  return rows.length > 0;
}

/** Keeps a job that has not ended until another instant. */
export async function prolongJob(client: SqlClient, job: string, expires: string): Promise<void> {
  await client.query({
    text: `update bulk_job set expires = $2 where id = $1 and status = 'active'`,
    values: [job, expires],
  });
}

/**
 * Moves a job on.
 * @param from where the job has to be: of two nodes that work on one, only one gets on
 * @returns false where the job is not active any more, or somewhere else
 */
export async function moveJob(
  tx: SqlClient,
  job: string,
  from: unknown,
  to: unknown,
): Promise<boolean> {
  const rows = await tx.query({
    name: 'bulk-move',
    text: `update bulk_job set position = $3
      where id = $1 and status = 'active' and position::text = $2 returning 1`,
    values: [job, JSON.stringify(from), JSON.stringify(to)],
  });
  return rows.length > 0;
}

/** Removes the row of a file. @returns the key of its blob, which is to be removed next */
export async function removeFile(
  tx: SqlClient,
  job: string,
  number: number,
): Promise<string | undefined> {
  const [row] = await tx.query<{ key: string }>({
    text: 'delete from bulk_file where job = $1 and number = $2 returning key',
    values: [job, number],
  });
  return row?.key;
}

/** Adds a written file and moves the job on. @returns false where the job is not active any more */
export async function addFile(
  tx: SqlClient,
  job: string,
  file: BulkFile,
  position: unknown,
): Promise<boolean> {
  const rows = await tx.query({
    text: `with moved as (update bulk_job set pending_key = null, position = $8
        where id = $1 and status = 'active' returning id)
      insert into bulk_file (job, number, list, type, key, lines, bytes)
      select id, $2, $3, $4, $5, $6, $7 from moved returning 1`,
    values: [
      job,
      file.number,
      file.list,
      file.type,
      file.key,
      file.lines,
      file.bytes,
      JSON.stringify(position),
    ],
  });
  return rows.length > 0;
}

/** Ends a job, unless it has ended already. `expires` is the instant until which its files are kept. */
export async function endJob(
  client: SqlClient,
  job: string,
  end: {
    readonly status: 'complete' | 'failed';
    readonly ended: string;
    readonly expires: string;
    readonly failure?: string;
  },
): Promise<void> {
  await client.query({
    text: `update bulk_job set status = $2, ended = $3, expires = $4, failure = $5
      where id = $1 and status = 'active'`,
    values: [job, end.status, end.ended, end.expires, end.failure ?? null],
  });
}

/** Removes a job and the rows of its files. @returns the keys of its blobs, which are to be removed next */
export async function removeJob(tx: SqlClient, job: string): Promise<readonly string[]> {
  const rows = await tx.query<{ key: string | null }>({
    text: `with files as (select key from bulk_file where job = $1),
        gone as (delete from bulk_job where id = $1 returning pending_key)
      select key from files union all select pending_key from gone`,
    values: [job],
  });
  return rows.flatMap(({ key }) => key ?? []);
}

/** Ids of jobs that expired before the instant. */
export async function expiredJobs(client: SqlClient, now: string): Promise<readonly string[]> {
  const rows = await client.query<{ id: string }>({
    text: 'select id from bulk_job where expires < $1 order by expires limit 1000',
    values: [now],
  });
  return rows.map(({ id }) => id);
}
