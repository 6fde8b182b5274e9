import { classSql, isReleased, type RetentionRules, TIMED_CLASSES } from '../retention/classes.ts';
import { activeHolds, heldSql, type OwnerConnection } from '../retention/holds.ts';
import { sqlParameters, type SqlParameters } from '../../storage/search-sql/parameters.ts';
import type { SigningKey } from './checkpoint.ts';
import type { Period, Removal, RetiredPeriod } from './removal.ts';
import { recordRemoval, removePeriod, swapPartition } from './remove-rows.ts';
import { removedLeaves } from './removed-leaves.ts';

export type { OwnerConnection } from '../retention/holds.ts';

/** What retention goes by. */
export interface RetireOptions {
  readonly connection: OwnerConnection;
  readonly key: SigningKey;
  /** Name of the ledger in its checkpoints. */
  readonly origin: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly rules: RetentionRules;
  /** True: says what would be removed. */
  readonly dryRun: boolean;
}

/**
 * Removes what every class has released that a row belongs to, oldest month first: each in one transaction with its signed
 * deletion record and a row of the ledger that tells of it. A month is judged as a whole, by its last row, so that it is not
 * rewritten every day. Where nothing stays, the partition is dropped, and the key of its random bits destroyed; otherwise a
 * table with the rows that stay takes its place. The hashes of the leaves stay, so that all proofs stay valid.
 * @throws TypeError where rows and leaves of a period differ: the ledger is to be verified first
 */
export async function retirePeriods(options: RetireOptions): Promise<readonly RetiredPeriod[]> {
  const { connection, dryRun } = options;
  const retired: RetiredPeriod[] = [];
  for (const period of await sealedPeriods(connection)) {
    await connection.query('begin');
    try {
      // Requests wait for the table while it changes a partition: rather give up than let them wait for long.
      await connection.query("set local lock_timeout = '5s'");
      const found = await retire(options, period);
      await connection.query(dryRun ? 'rollback' : 'commit');
      if (found !== undefined) retired.push(found);
    } catch (error) {
      await connection.query('rollback');
      throw error;
    }
  }
  return retired;
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

async function retire(
  { connection, key, origin, now, rules, dryRun }: RetireOptions,
  period: Period,
): Promise<RetiredPeriod | undefined> {
  // A hold that somebody is placing waits until this is over, or this until it is placed.
  await connection.query('lock table audit_hold in share mode');
  const extent = await extentOf(connection, period);
  if (extent === undefined) return undefined;
  const released = TIMED_CLASSES.filter((name) => isReleased(name, rules, extent.last, now));
  if (released.length === 0) return undefined;
  const holds = await activeHolds(connection);
  const staying = TIMED_CLASSES.filter((name) => !released.includes(name));
  const keeps = (parameters: SqlParameters): string =>
    `(${[
      ...staying.map((name) => classSql(name, rules, parameters)),
      heldSql(holds, parameters),
    ].join(' or ')})`;
  const counts = await countRows(connection, period, keeps, (name, parameters) =>
    name === 'legal-hold' ? heldSql(holds, parameters) : classSql(name, rules, parameters),
  );
  if (counts.kept === extent.count) return undefined;
  const recordedFrom = new Date(extent.first).toISOString();
  const recordedTo = new Date(extent.last).toISOString();
  const removal: Removal = { connection, key, origin, period, whole: counts.kept === 0 };
  const number = await nextNumber(connection);
  const leaves = await removedLeaves(
    removal,
    keeps,
    extent.count,
    dryRun || removal.whole ? undefined : number,
  );
  const found = { ...period, ...leaves, ...counts, recordedFrom, recordedTo };
  if (dryRun) return found;
  const time = new Date(now).toISOString();
  await recordRemoval(removal, number, {
    ...found,
    time,
    released: Object.fromEntries(released.map((name) => [name, rules[name].days])),
    holds: holds.map(({ id }) => id),
  });
  await (removal.whole ? removePeriod(removal) : swapPartition(removal, keeps, counts.kept));
  return found;
}

async function extentOf(connection: OwnerConnection, { from, end }: Period) {
  const { rows } = await connection.query(
    `select count(*)::float8 as count, (extract(epoch from min(recorded)) * 1000)::float8 as first,
      (extract(epoch from max(recorded)) * 1000)::float8 as last from audit_event where seq >= $1 and seq < $2`,
    [from, end],
  );
  const extent = rows[0] as { count: number; first: number; last: number };
  return extent.count === 0 ? undefined : extent;
}

type Counted = (typeof TIMED_CLASSES)[number] | 'legal-hold';
const COUNTED: readonly Counted[] = [...TIMED_CLASSES, 'legal-hold'];

/** Rows of a period that stay, and rows by class. */
async function countRows(
  connection: OwnerConnection,
  { from, end }: Period,
  keeps: (parameters: SqlParameters) => string,
  membership: (name: Counted, parameters: SqlParameters) => string,
): Promise<Pick<RetiredPeriod, 'kept' | 'removedByClass' | 'keptByClass'>> {
  const parameters = sqlParameters([from, end]);
  const members = COUNTED.map((name) => membership(name, parameters));
  const { rows } = await connection.query(
    `select count(*) filter (where kept)::float8 as kept,
      ${members
        .map(
          (_, n) => `count(*) filter (where kept and c${String(n)})::float8 as kept${String(n)},
      count(*) filter (where not kept and c${String(n)})::float8 as removed${String(n)}`,
        )
        .join(', ')}
    from (select ${keeps(parameters)} as kept, ${members.map((sql, n) => `${sql} as c${String(n)}`).join(', ')}
      from audit_event a where a.seq >= $1 and a.seq < $2) as judged`,
    parameters.values,
  );
  const counts = rows[0] as Readonly<Record<string, number>>;
  const byClass = (what: string): Record<string, number> =>
    Object.fromEntries(
      COUNTED.map((name, n): [string, number] => [name, counts[`${what}${String(n)}`] ?? 0]).filter(
        ([, count]) => count > 0,
      ),
    );
  return {
    kept: counts['kept'] ?? 0,
    removedByClass: byClass('removed'),
    keptByClass: byClass('kept'),
  };
}

async function nextNumber(connection: OwnerConnection): Promise<number> {
  const { rows } = await connection.query(
    "select nextval(pg_get_serial_sequence('audit_deletion', 'number'))::float8 as number",
  );
  return (rows[0] as { number: number }).number;
}
