import type { LedgerRow } from '../canonical-row.ts';
import { STORED_LEVELS } from '../stored-levels.ts';
import type { LedgerEvent } from './ledger-event.ts';

/** A connection that reads; `Client` of `pg` is one. */
export interface ReadConnection {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>;
}

/** Rows of `audit_leaves` that are read at once, and leaves that are looked at together at most. */
const PAGE = 200;
const TOGETHER = 5_000;

/** Levels of inner nodes that can be stored: 2^40 leaves are more than there will be. */
const LEVELS = [1, 2, 3, 4, 5].map((step) => step * STORED_LEVELS);

interface StoredLeaves {
  readonly first: number;
  readonly low: number;
  readonly high: number;
  readonly seqs: readonly number[];
  readonly gaps: readonly number[];
  readonly hashes: Buffer;
}

/**
 * Reads the sealed ledger of a database in one snapshot, so that what is written meanwhile does not disturb. Few rows are
 * in memory at a time. The role needs no right but to select.
 */
export async function* readDatabase(connection: ReadConnection): AsyncGenerator<LedgerEvent> {
  await connection.query('begin isolation level repeatable read, read only');
  try {
    // Row texts are compared byte by byte.
    await connection.query("set local timezone = 'UTC'");
    const select = async <Row>(text: string, values: unknown[] = []): Promise<readonly Row[]> =>
      (await connection.query(text, values)).rows as readonly Row[];
    yield* readFrame(select);
    yield* readLeaves(select);
  } finally {
    await connection.query('rollback');
  }
}

type Select = <Row>(text: string, values?: unknown[]) => Promise<readonly Row[]>;

async function* readFrame(select: Select): AsyncGenerator<LedgerEvent> {
  for (const { jwk } of await select<{ jwk: string }>(
    'select jwk from audit_key order by since, kid',
  )) {
    yield { kind: 'key', jwk: JSON.parse(jwk) as Record<string, unknown> };
  }
  const periods = await select<{ from: number; end: number; key: Buffer | null }>(
    `select p.first_seq::float8 as from, p.end_seq::float8 as end, b.key
      from audit_period p left join audit_blinding b on b.first_seq = p.first_seq order by p.first_seq`,
  );
  for (const { from, end, key } of periods) {
    yield { kind: 'period', from, end, ...(key && { blinding: key.toString('base64') }) };
  }
  for (const { jws } of await select<{ jws: string }>(
    'select jws from audit_deletion order by first_seq, number',
  )) {
    yield { kind: 'deletion', jws };
  }
}

async function* readLeaves(select: Select): AsyncGenerator<LedgerEvent> {
  const behind = [checkpoints(select), ...LEVELS.map((level) => nodes(select, level))];
  const upTo = async function* (size: number): AsyncGenerator<LedgerEvent> {
    for (const events of behind) yield* events(size);
  };
  let next = -1;
  // No number yet: a row whose number is below all others was never sealed either, and has to be seen.
  let highest: number | null = null;
  for (;;) {
    const page = await select<StoredLeaves>(
      `select first::float8 as first, low_seq::float8 as low, high_seq::float8 as high, seqs::float8[] as seqs,
        gaps::float8[] as gaps, hashes from audit_leaves where first > $1 order by audit_leaves.first limit ${String(PAGE)}`,
      [next],
    );
    for (const group of groups(page)) {
      const top = Math.max(highest ?? -Infinity, ...group.map(({ high }) => high));
      const rows = await rowsBetween(select, highest, top);
      const removed = await removedOf(select, group);
      let at = 0;
      for (const { first, seqs, gaps, hashes, high } of group) {
        const from = at;
        while (at < rows.length && Number(rows[at]?.['seq']) <= high) at += 1;
        yield {
          kind: 'leaves',
          first,
          seqs,
          gaps,
          hashes: hashes.toString('base64'),
          rows: rows.slice(from, at),
          ...removed.get(first),
        };
        yield* upTo(first + seqs.length);
      }
      highest = top;
    }
    const last = page.at(-1);
    if (last === undefined) break;
    next = last.first;
  }
  yield* upTo(Number.MAX_SAFE_INTEGER);
  const [left] = await select<{ count: number }>(
    'select count(*)::float8 as count from audit_event where $1::bigint is null or seq > $1',
    [highest],
  );
  yield { kind: 'end', unsealed: left?.count ?? 0 };
}

/** Neighbours that can be looked at together: a server with little to do has few leaves in a row. */
function* groups(page: readonly StoredLeaves[]): Generator<readonly StoredLeaves[]> {
  let group: StoredLeaves[] = [];
  let leaves = 0;
  for (const stored of page) {
    if (leaves > 0 && leaves + stored.seqs.length > TOGETHER) {
      yield group;
      [group, leaves] = [[], 0];
    }
    group.push(stored);
    leaves += stored.seqs.length;
  }
  if (group.length > 0) yield group;
}

/** What deletion records have removed of lists of leaves, by the first leaf. */
async function removedOf(
  select: Select,
  group: readonly StoredLeaves[],
): Promise<
  ReadonlyMap<number, { readonly removed: readonly { deletion: number; bits: string }[] }>
> {
  const rows = await select<{ first: number; deletion: number; bits: Buffer }>(
    `select first::float8 as first, deletion::float8 as deletion, bits from audit_removed
      where first = any($1::bigint[]) order by audit_removed.first, audit_removed.deletion`,
    [group.map(({ first }) => first)],
  );
  const found = new Map<number, { readonly removed: { deletion: number; bits: string }[] }>();
  for (const { first, deletion, bits } of rows) {
    const list = found.get(first) ?? { removed: [] };
    list.removed.push({ deletion, bits: bits.toString('base64') });
    found.set(first, list);
  }
  return found;
}

/** Rows after one number and up to another, at most so many at a time that memory stays small. */
async function rowsBetween(
  select: Select,
  after: number | null,
  upTo: number,
): Promise<readonly LedgerRow[]> {
  if (after !== null && upTo <= after) return [];
  const rows = await select<{ row: LedgerRow }>(
    `select row_to_json(a) as row from audit_event a
      where ($1::bigint is null or a.seq > $1) and a.seq <= $2 order by a.seq`,
    [after, upTo],
  );
  return rows.map(({ row }) => row);
}

/** Rows of a table that belong behind leaves, read page by page. */
function behindLeaves<Row>(
  page: (after: Row | undefined) => Promise<readonly Row[]>,
  leavesOf: (row: Row) => number,
  eventOf: (row: Row) => LedgerEvent,
): (size: number) => AsyncGenerator<LedgerEvent> {
  let waiting: Row[] = [];
  let last: Row | undefined;
  let ended = false;
  return async function* upTo(size) {
    for (;;) {
      if (waiting.length === 0 && !ended) {
        waiting = [...(await page(last))];
        last = waiting.at(-1) ?? last;
        ended = waiting.length === 0;
      }
      const [next] = waiting;
      if (next === undefined || leavesOf(next) > size) return;
      waiting.shift();
      yield eventOf(next);
    }
  };
}

function checkpoints(select: Select): (size: number) => AsyncGenerator<LedgerEvent> {
  interface Row {
    readonly size: number;
    readonly jws: string;
  }
  return behindLeaves<Row>(
    (after) =>
      select(
        `select size::float8 as size, jws from audit_checkpoint where size > $1
          order by audit_checkpoint.size limit ${String(PAGE)}`,
        [after?.size ?? -1],
      ),
    ({ size }) => size,
    (row) => ({ kind: 'checkpoint', ...row }),
  );
}

function nodes(select: Select, level: number): (size: number) => AsyncGenerator<LedgerEvent> {
  interface Row {
    readonly index: number;
    readonly hash: Buffer;
  }
  return behindLeaves<Row>(
    (after) =>
      select(
        `select index::float8 as index, hash from audit_node where level = $1 and index > $2
          order by audit_node.index limit ${String(PAGE)}`,
        [level, after?.index ?? -1],
      ),
    ({ index }) => (index + 1) * 2 ** level,
    ({ index, hash }) => ({ kind: 'node', level, index, hash: hash.toString('base64') }),
  );
}
