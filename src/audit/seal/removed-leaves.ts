import { sqlParameters, type SqlParameters } from '../../storage/search-sql/parameters.ts';
import { createFrontier } from './frontier.ts';
import { hasBit, setBit } from './leaf-bits.ts';
import type { Removal, RemovedLeaves } from './removal.ts';
import { hashesOf } from './tree-reader.ts';

/** Rows of `audit_leaves` that are looked at together. */
const PAGE = 200;

interface StoredLeaves {
  readonly first: number;
  readonly seqs: readonly number[];
  readonly hashes: Buffer;
}

/**
 * Goes through the leaves of a period and finds those whose rows are to be removed. Each leaf has to have its row, unless an
 * earlier record removed it, and each row its leaf.
 * @param keeps prints the condition of rows that stay
 * @param rows rows of the period
 * @param number deletion record under which the leaves are marked; undefined: they are not
 * @throws TypeError where rows and leaves differ
 */
export async function removedLeaves(
  removal: Pick<Removal, 'connection' | 'period'>,
  keeps: (parameters: SqlParameters) => string,
  rows: number,
  number: number | undefined,
): Promise<RemovedLeaves> {
  const { connection, period } = removal;
  const { from, end, partition } = period;
  const frontier = createFrontier();
  let [firstLeaf, lastLeaf, next, present] = [-1, -1, -1, 0];
  for (;;) {
    const found = await connection.query(
      `select first::float8 as first, seqs::float8[] as seqs, hashes from audit_leaves
        where int8range(low_seq, high_seq, '[]') && int8range($1, $2) and first > $3
        order by audit_leaves.first limit ${String(PAGE)}`,
      [from, end, next],
    );
    const page = found.rows as readonly StoredLeaves[];
    const staying = await stayingRows(removal, keeps, page);
    const earlier = await earlierBits(removal, page);
    const marks: [first: number, bits: Buffer][] = [];
    for (const { first, seqs, hashes } of page) {
      const each = hashesOf(hashes);
      const bits = Buffer.alloc(Math.ceil(seqs.length / 8));
      let marked = false;
      for (const [index, seq] of seqs.entries()) {
        if (seq < from || seq >= end) continue;
        if (earlier.get(first)?.some((known) => hasBit(known, index)) === true) continue;
        const stays = staying.get(seq);
        if (stays === undefined)
          throw differs(partition, `leaf ${String(first + index)} has no row`);
        present += 1;
        if (stays) continue;
        frontier.push(each[index] as Buffer);
        if (firstLeaf < 0) firstLeaf = first + index;
        lastLeaf = first + index;
        setBit(bits, index);
        marked = true;
      }
      if (marked) marks.push([first, bits]);
    }
    if (number !== undefined && marks.length > 0) {
      await connection.query(
        'insert into audit_removed (first, deletion, bits) select f, $1, b from unnest($2::bigint[], $3::bytea[]) as m(f, b)',
        [number, marks.map(([first]) => first), marks.map(([, bits]) => bits)],
      );
    }
    const last = page.at(-1);
    if (last === undefined) break;
    next = last.first;
  }
  if (present !== rows) {
    throw differs(partition, `${String(rows)} rows and ${String(present)} leaves of rows`);
  }
  return { count: frontier.size, firstLeaf, lastLeaf, root: frontier.root().toString('base64') };
}

function differs(partition: string, how: string): TypeError {
  return new TypeError(`${partition}: ${how}; verify the ledger first`);
}

/** Rows of leaves that are there, by number, and whether they stay. */
async function stayingRows(
  { connection, period }: Pick<Removal, 'connection' | 'period'>,
  keeps: (parameters: SqlParameters) => string,
  page: readonly StoredLeaves[],
): Promise<ReadonlyMap<number, boolean>> {
  if (page.length === 0) return new Map();
  const parameters = sqlParameters([period.from, period.end, page.flatMap(({ seqs }) => seqs)]);
  const { rows } = await connection.query(
    `select a.seq::float8 as seq, ${keeps(parameters)} as stays from audit_event a
      where a.seq >= $1 and a.seq < $2 and a.seq = any($3::bigint[])`,
    parameters.values,
  );
  return new Map(
    (rows as readonly { seq: number; stays: boolean }[]).map(({ seq, stays }) => [seq, stays]),
  );
}

/** What earlier records have removed, by the first leaf of the list. */
async function earlierBits(
  { connection }: Pick<Removal, 'connection'>,
  page: readonly StoredLeaves[],
): Promise<ReadonlyMap<number, readonly Buffer[]>> {
  const { rows } = await connection.query(
    'select first::float8 as first, array_agg(bits) as bits from audit_removed where first = any($1::bigint[]) group by first',
    [page.map(({ first }) => first)],
  );
  return new Map(
    (rows as readonly { first: number; bits: readonly Buffer[] }[]).map(({ first, bits }) => [
      first,
      bits,
    ]),
  );
}
