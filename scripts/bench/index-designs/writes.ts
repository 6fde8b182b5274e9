import { performance } from 'node:perf_hooks';
import type pg from 'pg';
import type { DatasetSize } from './dataset.ts';
import { generator, tokenTexts } from './dataset.ts';
import type { Design } from './design.ts';
import { openPool } from './database.ts';
import { type Latency, latencyOf, measure, seededRandom } from './measure.ts';
import { processorTime } from './processor.ts';
import { asQuery } from './reads.ts';

/** What writing costs. WAL is the mean in bytes per resource. */
export interface WriteResult {
  readonly create: Latency;
  readonly createInFifties: Latency;
  readonly walPerCreate: number;
  readonly walPerCreateInFifties: number;
  readonly updateSame: Latency;
  readonly updateSameHot: number;
  readonly walPerUpdateSame: number;
  readonly updateChanged: Latency;
  readonly walPerUpdateChanged: number;
  /** Processor time of the backend, microseconds per resource. */
  readonly processorPerCreate: number;
  readonly processorPerCreateInFifties: number;
  readonly processorPerUpdateSame: number;
  readonly processorPerUpdateChanged: number;
  /** A lookup of an identifier after every tenth create, so with the pending list at every fill level. */
  readonly lookupWhileWriting: Latency;
}

type Row = Record<string, unknown>;
const FIELDS = [
  'type',
  'id',
  'last_updated',
  'patient',
  'chief_code',
  'date_low',
  'date_high',
  'tokens',
  'content',
] as const;

/** Measures creates and updates of a loaded design; leaves the rows it made behind. */
export async function measureWrites(
  url: string,
  design: Design,
  size: DatasetSize,
  milliseconds: number,
): Promise<WriteResult> {
  const pool = openPool(url, 4);
  const rows = await newRows(pool, size, 40_000);
  let next = 0;
  const first = await lastRid(pool);
  const create = async (count: number, client: pg.Pool | pg.PoolClient = pool): Promise<void> => {
    const slice = Array.from({ length: count }, () => rows[next++ % rows.length] ?? {});
    await client.query({
      name: 'create',
      text: design.insert,
      values: FIELDS.map((field) =>
        slice.map((row) =>
          field === 'id' ? `${String(row['id'])}-${next}-${String(row['rid'])}` : row[field],
        ),
      ),
    });
  };
  const random = seededRandom(7);
  const hashes = await pool.query<{ h: string }>(
    `select h(t) as h from unnest($1::text[]) with ordinality as x(t, n) order by n`,
    [[tokenTexts.status('final'), tokenTexts.status('amended'), tokenTexts.identifier(10)]],
  );
  const [final, amended, identifier] = hashes.rows.map((row) => row.h);
  const update = async (
    text: string,
    changed: boolean,
    client: pg.Pool | pg.PoolClient = pool,
  ): Promise<void> => {
    const row = rows[Math.floor(random() * rows.length)] ?? {};
    // Only rows of this run, so that the next design finds the data as they were loaded.
    const rid = first + 1 + Math.floor(random() * 4000);
    const values = [rid, row['content'], ...(changed ? [[final], [amended]] : [])];
    await client.query({ name: changed ? 'changed' : 'same', text, values });
  };
  const limits = { milliseconds, runs: 100_000 };
  for (let i = 0; i < 80; i++) await create(50);
  const createLatency = await measure(4, limits, () => create(1));
  const fifties = await measure(4, limits, () => create(50));
  const walPerCreate = await wal(pool, 3000, () => create(1));
  const walPerCreateInFifties = (await wal(pool, 100, () => create(50))) / 50;
  const client = await pool.connect();
  const processorPerCreate = await processorTime(client, 2000, () => create(1, client));
  const processorPerCreateInFifties =
    (await processorTime(client, 100, () => create(50, client))) / 50;
  const processorPerUpdateSame = await processorTime(client, 2000, () =>
    update(design.updateSame, false, client),
  );
  const processorPerUpdateChanged = await processorTime(client, 2000, () =>
    update(design.updateChanged, true, client),
  );
  client.release();
  const hotBefore = await hot(pool, design.table);
  const same = await measure(4, limits, () => update(design.updateSame, false));
  const hotAfter = await hot(pool, design.table);
  const walSame = await wal(pool, 2000, () => update(design.updateSame, false));
  const changed = await measure(4, limits, () => update(design.updateChanged, true));
  const walChanged = await wal(pool, 2000, () => update(design.updateChanged, true));
  const statement = design.ask({ tokens: [identifier ?? ''], order: 'default', rare: true });
  const lookups: number[] = [];
  for (let i = 0; i < 600; i++) {
    await create(10);
    const before = performance.now();
    await pool.query({ name: 'lookup', ...asQuery(statement) });
    lookups.push(performance.now() - before);
  }
  await pool.end();
  return {
    processorPerCreate,
    processorPerCreateInFifties,
    processorPerUpdateSame,
    processorPerUpdateChanged,
    lookupWhileWriting: latencyOf(lookups, 0),
    create: createLatency,
    createInFifties: { ...fifties, perSecond: fifties.perSecond * 50 },
    walPerCreate,
    walPerCreateInFifties,
    updateSame: same,
    updateSameHot: (hotAfter.hot - hotBefore.hot) / Math.max(1, hotAfter.all - hotBefore.all),
    walPerUpdateSame: walSame,
    updateChanged: changed,
    walPerUpdateChanged: walChanged,
  };
}

async function newRows(pool: pg.Pool, size: DatasetSize, count: number): Promise<Row[]> {
  const from = size.observations + 1;
  const result = await pool.query<Row>(
    `select type, rid, id, last_updated, patient, chief_code, date_low, date_high, tokens::text as tokens, content
     from (${generator(size, from, from + count - 1)}) x`,
  );
  return result.rows;
}

/**
 * The mean WAL bytes of a run, page images and the emptying of pending lists included. Exact in a cluster of one's own;
 * other databases of the cluster add theirs.
 */
async function wal(pool: pg.Pool, runs: number, work: () => Promise<void>): Promise<number> {
  const before = await lsn(pool);
  for (let n = 0; n < runs; n++) await work();
  return ((await lsn(pool)) - before) / runs;
}

async function lastRid(pool: pg.Pool): Promise<number> {
  const result = await pool.query<{ rid: string }>(
    'select last_value as rid from resource_rid_seq',
  );
  return Number(result.rows[0]?.rid);
}

async function lsn(pool: pg.Pool): Promise<number> {
  const result = await pool.query<{ at: string }>(
    "select pg_current_wal_insert_lsn() - '0/0'::pg_lsn as at",
  );
  return Number(result.rows[0]?.at);
}

async function hot(pool: pg.Pool, table: string): Promise<{ hot: number; all: number }> {
  await pool.query('select pg_sleep(1.2)');
  const result = await pool.query<{ hot: string; all: string }>(
    'select n_tup_hot_upd as hot, n_tup_upd as all from pg_stat_user_tables where relname = $1',
    [table],
  );
  return { hot: Number(result.rows[0]?.hot), all: Number(result.rows[0]?.all) };
}
