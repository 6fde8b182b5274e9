import type { Logger } from 'pino';
import { isFhirError } from '../../outcome/fhir-error.ts';
import type { ClinicalStore } from '../clinical-store.ts';
import type { JsonResource } from '../content.ts';
import type { SqlClient } from '../database.ts';
import { textRow } from '../full-text.ts';
import { indexRows } from '../index-rows.ts';
import { PARAMETERS_CHANGED } from './parameters-changed.ts';
import { readReindex, type ReindexJob } from './reindex-job.ts';
import { type ReindexedRow, reindexStatement } from './reindex-statement.ts';

/** Resources in one transaction: few enough that a writer waits some milliseconds for them. */
const BATCH = 100;

/** Marks a type whose resources written since the run began are indexed once more. */
const AGAIN = '+';

/** How far the clocks of the nodes may differ, in milliseconds. */
const CLOCK_SKEW = 60_000;

interface Row {
  readonly rid: string;
  readonly id: string;
  readonly content: string;
}

/** How a run is made. */
export interface RunOptions {
  readonly store: ClinicalStore;
  readonly log: Logger;
  readonly signal: AbortSignal;
  /**
   * Milliseconds after the beginning of a run until which a node may have written without knowing of a new parameter; what
   * was written until then is indexed once more.
   */
  readonly settle: number;
  /** Milliseconds after which the rest is left to another run of the job. */
  readonly limit: number;
}

/** How a run ended: `early` and `late` have to be gone on with, the first one not before the settling is over. */
export type RunEnd =
  | { readonly kind: 'finished' | 'late' }
  | { readonly kind: 'early'; readonly until: number };

/**
 * Runs the index from where it was left, a batch in each transaction, with its position in the same transaction: whoever goes
 * on after a crash repeats nothing and leaves out nothing.
 */
export async function runReindex(id: string, options: RunOptions): Promise<RunEnd> {
  const { store, signal, limit } = options;
  const deadline = performance.now() + limit;
  for (;;) {
    signal.throwIfAborted();
    const end = await store.database.transaction((tx) => batch(tx, id, options));
    if (end !== undefined) return end;
    if (performance.now() > deadline) return { kind: 'late' };
  }
}

async function batch(tx: SqlClient, id: string, options: RunOptions): Promise<RunEnd | undefined> {
  const { store, settle } = options;
  const job = await readReindex(tx, id, true);
  if (job === undefined || job.finished) return { kind: 'finished' };
  const [current] = job.types;
  if (current === undefined) return finish(tx, job);
  const again = current.startsWith(AGAIN);
  if (again && store.clock.now() < job.created + settle) {
    return { kind: 'early', until: job.created + settle };
  }
  const type = again ? current.slice(AGAIN.length) : current;
  const rows = await page(tx, store, type, job, again);
  const last = rows.at(-1);
  if (last === undefined) {
    // One resource is read under a lock by itself: nothing can have been missed.
    const rest = again || job.resource !== null ? [] : [`${AGAIN}${type}`];
    await tx.query({
      text: 'update reindex_job set types = $2::text[], cursor = 0 where id = $1::uuid',
      values: [id, [...job.types.slice(1), ...rest]],
    });
    return undefined;
  }
  const indexed = reindexed(rows, type, options);
  if (indexed.length > 0) await tx.query(reindexStatement(store.types.code(type), indexed));
  await tx.query({
    name: 'reindex-progress',
    text: `update reindex_job set cursor = $2, done = done + $3, failed = failed + $4 where id = $1::uuid`,
    values: [id, last.rid, again ? 0 : indexed.length, rows.length - indexed.length],
  });
  return undefined;
}

function page(
  tx: SqlClient,
  store: ClinicalStore,
  type: string,
  { cursor, resource, created }: ReindexJob,
  again: boolean,
): Promise<readonly Row[]> {
  return tx.query<Row>({
    name: 'reindex-page',
    text: `select r.rid, r.id, v.content
      from resource r join resource_version v on v.rid = r.rid and v.version = r.version
      where r.type = $1::smallint and r.rid > $2::bigint and not r.deleted and ($3::text is null or r.id = $3)
        and ($4::float8 is null or r.last_updated >= to_timestamp($4 / 1000))
      order by r.rid limit $5::integer for update of r`,
    values: [store.types.code(type), cursor, resource, again ? created - CLOCK_SKEW : null, BATCH],
  });
}

function reindexed(
  rows: readonly Row[],
  type: string,
  { store, log }: RunOptions,
): readonly ReindexedRow[] {
  return rows.flatMap(({ rid, id, content }) => {
    const resource = JSON.parse(content) as JsonResource;
    try {
      const { values, patients } = store.extractor.extract(resource);
      const text = textRow(resource, store.fullText);
      return [{ rid, index: indexRows(type, values, patients, store, text) }];
    } catch (error) {
      if (!isFhirError(error)) throw error;
      // It stays indexed as it is: a limit that is newer than the resource must not end the run.
      log.warn({ event: 'reindex.resource', type, id, code: error.code }, 'Not indexed');
      return [];
    }
  });
}

async function finish(tx: SqlClient, { id }: ReindexJob): Promise<RunEnd> {
  await tx.query({
    text: 'update reindex_job set finished_at = now() where id = $1::uuid',
    values: [id],
  });
  await tx.query({
    text: 'update custom_parameter set ready = true where job = $1::uuid',
    values: [id],
  });
  await tx.query({ text: `select pg_notify($1, '')`, values: [PARAMETERS_CHANGED] });
  return { kind: 'finished' };
}
