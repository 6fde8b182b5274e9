import { AUDIT_INSERT_ONE, auditColumns } from '../insert.ts';
import type { AuditRow } from '../audit-row.ts';
import { DELETION_TYPE, signStatement, type SigningKey } from './checkpoint.ts';
import { createFrontier } from './frontier.ts';
import { hashesOf } from './tree-reader.ts';
import type { Deletion } from './verify/periods.ts';

/** A connection of the role that owns the ledger; `Client` of `pg` is one. */
export interface OwnerConnection {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

/** What retention goes by. */
export interface RetireOptions {
  readonly connection: OwnerConnection;
  readonly key: SigningKey;
  /** Name of the ledger in its checkpoints. */
  readonly origin: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Days for which rows are kept at least. */
  readonly days: number;
  /** True: says what would be removed. */
  readonly dryRun: boolean;
}

/** A period whose time is over. */
export interface RetiredPeriod extends Deletion {
  readonly partition: string;
  /** Times of its first and last row: instants in UTC. */
  readonly recordedFrom: string;
  readonly recordedTo: string;
}

/** FHIR reference of the server, which the record in the ledger names. */
const SERVER = 'Device/diga-server';

const DAY = 86_400_000;

/**
 * Removes the periods all of whose rows are older than the retention, oldest first: each in one transaction with its signed
 * deletion record, a row of the ledger that tells of it, and the destruction of the key of its random bits. The hashes of the
 * leaves stay, so that all proofs stay valid.
 * @throws TypeError where rows and leaves of a period differ: the ledger is to be verified first
 */
export async function retirePeriods(options: RetireOptions): Promise<readonly RetiredPeriod[]> {
  const { connection, dryRun } = options;
  const retired: RetiredPeriod[] = [];
  for (const period of await sealedPeriods(connection)) {
    const found = await expired(options, period);
    if (found === undefined) continue;
    if (!dryRun) await remove(options, found);
    retired.push(found);
  }
  return retired;
}

interface Period {
  readonly from: number;
  readonly end: number;
  readonly partition: string;
}

/** Periods that have rows, and to which none can come any more: all behind them is sealed, and nothing is open in them. */
async function sealedPeriods(connection: OwnerConnection): Promise<readonly Period[]> {
  const { rows } = await connection.query(`
    select p.first_seq::float8 as from, p.end_seq::float8 as end, p.partition
    from audit_period p
    join (select highest_seq, gaps from audit_leaves order by first desc limit 1) l on p.end_seq <= l.highest_seq
    where exists (select from audit_blinding b where b.first_seq = p.first_seq)
      and not exists (select from generate_series(1, cardinality(l.gaps), 2) i
        where l.gaps[i] < p.end_seq and l.gaps[i + 1] >= p.first_seq)
    order by p.first_seq`);
  return rows as readonly Period[];
}

async function expired(
  { connection, now, days }: RetireOptions,
  period: Period,
): Promise<RetiredPeriod | undefined> {
  const { from, end } = period;
  const { rows } = await connection.query(
    `select count(*)::float8 as count, (extract(epoch from min(recorded)) * 1000)::float8 as first,
      (extract(epoch from max(recorded)) * 1000)::float8 as last from audit_event where seq >= $1 and seq < $2`,
    [from, end],
  );
  const { count, first, last } = rows[0] as { count: number; first: number; last: number };
  if (count === 0 || last >= now - days * DAY) return undefined;
  const leaves = await leavesOf(connection, from, end);
  if (leaves.count !== count) {
    throw new TypeError(
      `${period.partition} has ${String(count)} rows and ${String(leaves.count)} leaves: verify the ledger first`,
    );
  }
  return {
    ...period,
    ...leaves,
    recordedFrom: new Date(first).toISOString(),
    recordedTo: new Date(last).toISOString(),
  };
}

async function leavesOf(
  connection: OwnerConnection,
  from: number,
  end: number,
): Promise<Pick<Deletion, 'count' | 'firstLeaf' | 'lastLeaf' | 'root'>> {
  const frontier = createFrontier();
  let [firstLeaf, lastLeaf, next] = [-1, -1, -1];
  for (;;) {
    const { rows } = await connection.query(
      `select first::float8 as first, seqs::float8[] as seqs, hashes from audit_leaves
        where int8range(low_seq, high_seq, '[]') && int8range($1, $2) and first > $3 order by audit_leaves.first limit 200`,
      [from, end, next],
    );
    const page = rows as readonly { first: number; seqs: readonly number[]; hashes: Buffer }[];
    for (const { first, seqs, hashes } of page) {
      const each = hashesOf(hashes);
      for (const [index, seq] of seqs.entries()) {
        if (seq < from || seq >= end) continue;
        frontier.push(each[index] as Buffer);
        if (firstLeaf < 0) firstLeaf = first + index;
        lastLeaf = first + index;
      }
    }
    const last = page.at(-1);
    if (last === undefined) break;
    next = last.first;
  }
  const root = frontier.root().toString('base64');
  return { count: frontier.size, firstLeaf, lastLeaf, root };
}

async function remove(options: RetireOptions, period: RetiredPeriod): Promise<void> {
  const { connection, key, origin, now, days } = options;
  const time = new Date(now).toISOString();
  const jws = signStatement(DELETION_TYPE, { origin, time, days, ...period }, key);
  const { from, count, firstLeaf, lastLeaf, root, partition } = period;
  const row: AuditRow = {
    recorded: time,
    interaction: 'security',
    outcome: 0,
    agent: SERVER,
    requestId: 'audit-retain',
    securityType: '110101',
    detail: `Removed after ${String(days)} days: ${String(count)} rows of ${partition}, leaves ${String(firstLeaf)} to ${String(lastLeaf)}, root ${root}`,
  };
  await connection.query('begin');
  try {
    // Requests wait for the table while it loses the partition: rather give up than let them wait for long.
    await connection.query("set local lock_timeout = '5s'");
    await connection.query('insert into audit_deletion (first_seq, jws) values ($1, $2)', [
      from,
      jws,
    ]);
    const columns = auditColumns([row]);
    const places = columns.map(({ type }, index) => `$${String(index + 1)}::${type}`);
    await connection.query(
      AUDIT_INSERT_ONE(places),
      columns.map(({ items }) => items[0]),
    );
    await connection.query(`drop table "${partition.replaceAll('"', '""')}"`);
    await connection.query('delete from audit_blinding where first_seq = $1', [from]);
    await connection.query('commit');
  } catch (error) {
    await connection.query('rollback');
    throw error;
  }
}
