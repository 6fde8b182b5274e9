import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../clock.ts';
import type { Database, SqlClient } from '../../storage/database.ts';
import { instant } from '../../storage/instant.ts';
import { canonicalRow, type LedgerRow } from './canonical-row.ts';
import { CHECKPOINT_TYPE, type Checkpoint, signStatement, type SigningKey } from './checkpoint.ts';
import { createFrontier, type Frontier, type TreeNode } from './frontier.ts';
import { leafHash } from './hash.ts';
import { type BlindingOf, readBlinding } from './periods.ts';
import { readFrontier, readSealState, type SealState, storedSize } from './seal-state.ts';
import { afterLook, type Gap } from './undecided.ts';
import { ledgerWriters } from './writers.ts';

/** Rows that one round seals at most, beside those that came late. */
export const ROUND = 1_000;

/** Rows that are hashed before requests have their turn. */
const TURN = 128;

/** Key of the advisory lock that lets one node seal at a time. */
const LOCK = '4920311540732';

/** The stored tree does not begin with what this process has sealed. */
export class SealTakenBack extends Error {
  constructor(known: number, stored: number) {
    super(
      `${String(known)} leaves were sealed, and the ledger, of ${String(stored)}, does not begin with them`,
    );
  }
}

/** What the sealer works with. */
export interface SealContext {
  readonly database: Database;
  readonly clock: Clock;
  readonly key: SigningKey;
  /** Name of this ledger in its checkpoints. */
  readonly origin: string;
  /** Told of each checkpoint in the transaction that stores it. */
  readonly announce?: (tx: SqlClient, checkpoint: Checkpoint) => Promise<void>;
}

/** What a round came to. */
export interface SealResult {
  /** Rows that were sealed. */
  readonly sealed: number;
  /** True where there is more to seal at once. */
  readonly more: boolean;
  /** State to begin the next round with; undefined where another node is sealing. */
  readonly state?: SealState;
}

/**
 * Seals what has been committed to the ledger since: gives the rows the next leaves, in the order in which they became
 * visible, and signs a checkpoint. All of it is one transaction, so a sealer that is killed leaves nothing half done.
 * @param known state after a round before, if there was one
 * @throws SealTakenBack
 */
export function sealRound(context: SealContext, known?: SealState): Promise<SealResult> {
  return context.database.transaction(async (tx) => {
    // Each statement has to see what was committed before it, whatever is usual in this database.
    await tx.query({ text: 'set transaction isolation level read committed' });
    const [lock] = await tx.query<{ mine: boolean }>({
      text: `select pg_try_advisory_xact_lock(${LOCK}) as mine`,
    });
    if (lock?.mine !== true) return { sealed: 0, more: false };
    const before = await ledgerWriters(tx);
    const state = await currentState(tx, before, known);
    const late = await lateRows(tx, state.sealed.gaps);
    const fresh = await freshRows(tx, state.sealed.highest);
    const after = await ledgerWriters(tx);
    const seen = [...late, ...fresh].map(seqOf);
    const sealed = afterLook(state.sealed, seen, before, after);
    if (seen.length === 0) return { sealed: 0, more: false, state: { ...state, sealed } };

    const frontier = createFrontier(state.frontier.size, state.frontier.peaks);
    const blinding = await readBlinding(tx);
    const position = { highest: sealed.highest, gaps: sealed.gaps };
    // Late ones stand in a row of their own, so that the others stay ranges that hardly overlap.
    const nodes = [
      ...(await addLeaves(tx, frontier, late, blinding, position)),
      ...(await addLeaves(tx, frontier, fresh, blinding, position)),
    ];
    await storeNodes(tx, nodes);
    await storeCheckpoint(context, tx, frontier);
    return { sealed: seen.length, more: fresh.length === ROUND, state: { frontier, sealed } };
  });
}

/**
 * Where things stand. What this process has sealed is still there and unchanged, or it signs nothing more: else somebody who
 * can change the database, and has no key, would take leaves away, change rows, and have them signed anew.
 */
async function currentState(
  tx: SqlClient,
  writers: ReadonlySet<string>,
  known: SealState | undefined,
): Promise<SealState> {
  const size = await storedSize(tx);
  if (known === undefined) return readSealState(tx, writers);
  if (known.frontier.size === size) return known;
  if (known.frontier.size > size) throw new SealTakenBack(known.frontier.size, size);
  const before = await readFrontier(tx, known.frontier.size);
  if (!before.root().equals(known.frontier.root()))
    throw new SealTakenBack(known.frontier.size, size);
  return readSealState(tx, writers);
}

function seqOf(row: LedgerRow): number {
  return Number(row['seq']);
}

async function freshRows(tx: SqlClient, highest: number): Promise<readonly LedgerRow[]> {
  const rows = await tx.query<{ row: LedgerRow }>({
    name: 'audit seal fresh',
    text: `select row_to_json(a) as row from audit_event a where a.seq > $1 order by a.seq limit ${String(ROUND)}`,
    values: [String(highest)],
  });
  return rows.map(({ row }) => row);
}

async function lateRows(tx: SqlClient, gaps: readonly Gap[]): Promise<readonly LedgerRow[]> {
  if (gaps.length === 0) return [];
  const rows = await tx.query<{ row: LedgerRow }>({
    name: 'audit seal late',
    text: `select row_to_json(a) as row from unnest($1::bigint[], $2::bigint[]) as gap (low, high)
      join audit_event a on a.seq between gap.low and gap.high order by a.seq`,
    values: [gaps.map(({ from }) => from), gaps.map(({ to }) => to)],
  });
  return rows.map(({ row }) => row);
}

async function addLeaves(
  tx: SqlClient,
  frontier: Frontier,
  rows: readonly LedgerRow[],
  blinding: BlindingOf,
  { highest, gaps }: { readonly highest: number; readonly gaps: readonly Gap[] },
): Promise<readonly TreeNode[]> {
  const [first, last] = [rows[0], rows.at(-1)];
  if (first === undefined || last === undefined) return [];
  const start = frontier.size;
  const hashes: Buffer[] = [];
  const nodes: TreeNode[] = [];
  for (const [index, row] of rows.entries()) {
    if (index % TURN === TURN - 1) await nextTurn();
    const hash = leafHash(canonicalRow(row, blinding(seqOf(row))).record);
    hashes.push(hash);
    nodes.push(...frontier.push(hash));
  }
  await tx.query({
    name: 'audit seal leaves',
    text: `insert into audit_leaves (first, low_seq, high_seq, highest_seq, seqs, gaps, hashes)
      values ($1, $2, $3, $4, $5::bigint[], $6::bigint[], $7)`,
    values: [
      start,
      seqOf(first),
      seqOf(last),
      highest,
      rows.map(seqOf),
      gaps.flatMap(({ from, to }) => [from, to]),
      Buffer.concat(hashes),
    ],
  });
  return nodes;
}

async function storeNodes(tx: SqlClient, nodes: readonly TreeNode[]): Promise<void> {
  for (const { level, index, hash } of nodes) {
    await tx.query({
      name: 'audit seal node',
      text: 'insert into audit_node (level, index, hash) values ($1, $2, $3)',
      values: [level, index, hash],
    });
  }
}

async function storeCheckpoint(
  { clock, key, origin, announce }: SealContext,
  tx: SqlClient,
  frontier: Frontier,
): Promise<void> {
  const checkpoint: Checkpoint = {
    origin,
    size: frontier.size,
    root: frontier.root().toString('base64'),
    time: instant(clock),
  };
  await tx.query({
    name: 'audit seal checkpoint',
    text: 'insert into audit_checkpoint (size, jws) values ($1, $2)',
    values: [checkpoint.size, signStatement(CHECKPOINT_TYPE, checkpoint, key)],
  });
  await announce?.(tx, checkpoint);
}
