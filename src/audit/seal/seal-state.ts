import type { SqlClient } from '../../storage/database.ts';
import { createFrontier, type Frontier, peaksOf } from './frontier.ts';
import { createTreeReader } from './tree-reader.ts';
import type { Sealed } from './undecided.ts';

/** Where the tree and the ledger stand for whoever seals next. */
export interface SealState {
  readonly frontier: Frontier;
  readonly sealed: Sealed;
}

/** Leaves that are stored. */
export async function storedSize(client: SqlClient): Promise<number> {
  const [row] = await client.query<{ size: number }>({
    name: 'audit tree size',
    text: `select (first + cardinality(seqs))::float8 as size from audit_leaves order by first desc limit 1`,
    values: [],
  });
  return row?.size ?? 0;
}

/**
 * Reads the state from the stored tree.
 * @param writers who writes now: of the gaps it is only known that they were open
 */
export async function readSealState(
  client: SqlClient,
  writers: ReadonlySet<string>,
): Promise<SealState> {
  const [last] = await client.query<{ size: number; highest: number; gaps: number[] }>({
    text: `select (first + cardinality(seqs))::float8 as size, highest_seq::float8 as highest, gaps::float8[] as gaps
      from audit_leaves order by first desc limit 1`,
  });
  if (last === undefined) return { frontier: createFrontier(), sealed: { highest: 0, gaps: [] } };
  const pairs = last.gaps;
  return {
    frontier: await readFrontier(client, last.size),
    sealed: {
      highest: last.highest,
      gaps: pairs
        .filter((_, index) => index % 2 === 0)
        .map((from, index) => ({ from, to: pairs[index * 2 + 1] as number, writers })),
    },
  };
}

/** The right edge that the stored tree had when it was of a size. */
export async function readFrontier(client: SqlClient, size: number): Promise<Frontier> {
  const reader = createTreeReader(client);
  const peaks: Buffer[] = [];
  for (const [first, leaves] of peaksOf(size)) {
    peaks.push(await reader.rangeHash([first, first + leaves]));
  }
  return createFrontier(size, peaks);
}
