import { randomUUID } from 'node:crypto';
import type { JobQueue } from '../../plugin/sdk.ts';
import type { ClinicalStore } from '../clinical-store.ts';
import type { SqlClient } from '../database.ts';

/** Name of the job in `diga_job`. */
export const REINDEX_JOB = 'search/reindex';

/** Attempts before a run of the index has failed; each goes on where the one before ended. */
export const REINDEX_ATTEMPTS = 20;

/** What running the index needs. */
export interface ReindexService {
  readonly store: ClinicalStore;
  readonly queue: Pick<JobQueue, 'enqueue'> & { wake(): void };
}

/** A run of the index. */
export interface ReindexJob {
  readonly id: string;
  readonly requestedBy: string;
  /** Milliseconds since 1970. */
  readonly created: number;
  /** Id of the only resource, where there is one; then there is one type. */
  readonly resource: string | null;
  /** Types that are left, the first one being worked on; with a `+` before what was written since the run began. */
  readonly types: readonly string[];
  /** Row number up to which the first type is done. */
  readonly cursor: string;
  /** Resources indexed, and those that could not be. */
  readonly done: number;
  readonly failed: number;
  readonly finished: boolean;
}

const COLUMNS = `id, requested_by as "requestedBy", (extract(epoch from created_at) * 1000)::float8 as created, resource,
  types, cursor, done::float8 as done, failed::float8 as failed, finished_at is not null as finished`;

/** Starts a run: it exists once this resolves, and a server that is killed goes on with it. @returns its id */
export async function startReindex(
  { store, queue }: ReindexService,
  requestedBy: string,
  types: readonly string[],
  resource: string | null = null,
): Promise<string> {
  const id = randomUUID();
  await store.database.transaction(async (tx) => {
    await tx.query({
      text: `insert into reindex_job (id, requested_by, created_at, resource, types)
        values ($1, $2, to_timestamp($3::float8 / 1000), $4, $5::text[])`,
      values: [id, requestedBy, store.clock.now(), resource, types],
    });
    await queue.enqueue(tx, REINDEX_JOB, { id }, { key: id, maxAttempts: REINDEX_ATTEMPTS });
  });
  queue.wake();
  return id;
}

/** Reads a run; undefined if there is none of the id. */
export async function readReindex(
  client: SqlClient,
  id: string,
  lock = false,
): Promise<ReindexJob | undefined> {
  const [row] = await client.query<ReindexJob>({
    text: `select ${COLUMNS} from reindex_job where id = $1::uuid${lock ? ' for update' : ''}`,
    values: [id],
  });
  return row;
}
