import type { SqlClient } from '../../storage/database.ts';
import { HASH_BYTES, nodeHash } from './hash.ts';
import { largestPowerBelow, type LeafRange } from './proof-ranges.ts';
import { BLOCK, STORED_LEVELS } from './stored-levels.ts';

/** Reads hashes of the stored tree. What it has read it keeps: one reader serves one proof, or one start of the sealer. */
export interface TreeReader {
  /**
   * Hash over the leaves of a range as a list.
   * @param range begins at a multiple of the largest power of two that fits, as all ranges of proofs and peaks do
   */
  rangeHash(range: LeafRange): Promise<Buffer>;
}

export function createTreeReader(client: SqlClient): TreeReader {
  const blocks = new Map<string, Promise<readonly Buffer[]>>();

  const stored = async (level: number, index: number): Promise<Buffer> => {
    const block = Math.floor(index / BLOCK);
    const key = `${String(level)}/${String(block)}`;
    let found = blocks.get(key);
    if (found === undefined) {
      found = level === 0 ? readLeaves(client, block) : readNodes(client, level, block);
      blocks.set(key, found);
    }
    const hash = (await found)[index % BLOCK];
    if (hash === undefined)
      throw new TypeError(`No node ${String(index)} of level ${String(level)}`);
    return hash;
  };

  /** Hash of a complete subtree. */
  const subtree = async (level: number, index: number): Promise<Buffer> => {
    if (level % STORED_LEVELS === 0) return stored(level, index);
    const left = await subtree(level - 1, index * 2);
    return nodeHash(left, await subtree(level - 1, index * 2 + 1));
  };

  const rangeHash = async ([from, to]: LeafRange): Promise<Buffer> => {
    const leaves = to - from;
    const level = Math.log2(leaves);
    if (Number.isInteger(level)) return subtree(level, from / leaves);
    const middle = from + largestPowerBelow(leaves);
    return nodeHash(await rangeHash([from, middle]), await rangeHash([middle, to]));
  };
  return { rangeHash };
}

/** The hashes of one block of leaves; of the rows that hold them only what lies inside is read. */
async function readLeaves(client: SqlClient, block: number): Promise<readonly Buffer[]> {
  const rows = await client.query<{ hashes: Buffer }>({
    name: 'audit tree leaves',
    text: `select substring(hashes from (greatest($1 - first, 0) * ${String(HASH_BYTES)} + 1)::int
        for ((least($2, first + cardinality(seqs)) - greatest($1, first)) * ${String(HASH_BYTES)})::int) as hashes
      from audit_leaves
      where first >= coalesce((select max(first) from audit_leaves where first <= $1), 0)
        and first < $2 and first + cardinality(seqs) > $1
      order by audit_leaves.first`,
    values: [String(block * BLOCK), String((block + 1) * BLOCK)],
  });
  return rows.flatMap(({ hashes }) => hashesOf(hashes));
}

async function readNodes(
  client: SqlClient,
  level: number,
  block: number,
): Promise<readonly Buffer[]> {
  const rows = await client.query<{ hash: Buffer }>({
    name: 'audit tree nodes',
    text: 'select hash from audit_node where level = $1 and index >= $2 and index < $3 order by index',
    values: [level, String(block * BLOCK), String((block + 1) * BLOCK)],
  });
  return rows.map(({ hash }) => hash);
}

/** Hashes that lie one after the other, each. */
export function hashesOf(bytes: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += HASH_BYTES) {
    found.push(bytes.subarray(at, at + HASH_BYTES));
  }
  return found;
}
