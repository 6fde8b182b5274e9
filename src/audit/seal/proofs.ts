import type { SqlClient } from '../../storage/database.ts';
import { HASH_BYTES } from './hash.ts';
import { consistencyRanges, inclusionRanges } from './proof-ranges.ts';
import { createTreeReader } from './tree-reader.ts';

/** A checkpoint as it was signed. */
export interface StoredCheckpoint {
  readonly size: number;
  readonly jws: string;
}

/** A row's place in the tree. */
export interface Leaf {
  readonly index: number;
  readonly hash: Buffer;
}

/** The checkpoint of a size, or the newest one; undefined where there is none. */
export async function readCheckpoint(
  client: SqlClient,
  size?: number,
): Promise<StoredCheckpoint | undefined> {
  const [row] = await client.query<StoredCheckpoint>({
    name: 'audit checkpoint',
    text: `select size::float8 as size, jws from audit_checkpoint where $1::bigint is null or size = $1
      order by audit_checkpoint.size desc limit 1`,
    values: [size ?? null],
  });
  return row;
}

/** The leaf of a row; undefined where it is not sealed yet. */
export async function findLeaf(client: SqlClient, seq: string): Promise<Leaf | undefined> {
  const [row] = await client.query<{ index: number; hash: Buffer }>({
    name: 'audit leaf',
    text: `select (first + at - 1)::float8 as index,
        substring(hashes from (at - 1) * ${String(HASH_BYTES)} + 1 for ${String(HASH_BYTES)}) as hash
      from (select first, hashes, array_position(seqs, $1::bigint) as at from audit_leaves
        where int8range(low_seq, high_seq, '[]') @> $1::bigint) l
      where at is not null`,
    values: [seq],
  });
  return row;
}

/** The hashes that lead from a leaf to the root of the tree of a size. */
export function inclusionProof(
  client: SqlClient,
  leaf: number,
  size: number,
): Promise<readonly Buffer[]> {
  return rangeHashes(client, inclusionRanges(leaf, size));
}

/** The hashes that show that the tree of a size begins with all leaves of a smaller one. */
export function consistencyProof(
  client: SqlClient,
  smaller: number,
  size: number,
): Promise<readonly Buffer[]> {
  return rangeHashes(client, consistencyRanges(smaller, size));
}

async function rangeHashes(
  client: SqlClient,
  ranges: ReturnType<typeof inclusionRanges>,
): Promise<readonly Buffer[]> {
  const reader = createTreeReader(client);
  const hashes: Buffer[] = [];
  for (const range of ranges) hashes.push(await reader.rangeHash(range));
  return hashes;
}
