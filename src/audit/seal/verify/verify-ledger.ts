import { canonicalRow, type LedgerRow, utcInstant } from '../canonical-row.ts';
import { createFrontier, type Frontier } from '../frontier.ts';
import { HASH_BYTES, leafHash } from '../hash.ts';
import { hasBit } from '../leaf-bits.ts';
import { hashesOf } from '../tree-reader.ts';
import { createFindings, type Findings, type Report } from './finding.ts';
import type { LedgerEvent } from './ledger-event.ts';
import { createPeriods, type Periods } from './periods.ts';
import {
  createStatements,
  type Statements,
  type TrustedKeys,
  type WitnessCopy,
} from './statements.ts';

/** What is trusted, and what a witness has kept. */
export interface VerifyOptions {
  readonly trusted: TrustedKeys;
  /** Signed checkpoints that a witness has kept, ascending by size. */
  readonly witness?: readonly WitnessCopy[];
}

/** Rows that may be known before their leaf: those that became visible after others with higher numbers. */
const WAITING = 1_000_000;

/** Milliseconds that recorded times may go back from one leaf to the next without a notice. */
const STEP = 60_000;

/**
 * Checks a ledger from its first leaf to its last: each row against its leaf, all leaves against each checkpoint, and the
 * signatures. Because each root is computed over the same growing tree, a checkpoint that is right is also consistent with all
 * before it. Memory does not grow with the ledger.
 */
export async function verifyLedger(
  events: AsyncIterable<LedgerEvent>,
  { trusted, witness = [] }: VerifyOptions,
): Promise<Report> {
  const findings = createFindings();
  const periods = createPeriods(findings);
  const statements = createStatements(findings, trusted, witness);
  const leaves = createLeaves(findings, periods, statements);
  // A copy of an empty ledger, or one that cannot be read.
  statements.size(leaves.frontier);
  let unsealed = 0;
  let last: LedgerEvent['kind'] | undefined;
  for await (const event of events) {
    last = event.kind;
    switch (event.kind) {
      case 'export':
        break;
      case 'key':
        statements.key(event.jwk);
        break;
      case 'period':
        periods.add(event);
        break;
      case 'deletion': {
        const said = statements.deletion(event.jws);
        if (said !== undefined) periods.deleted(said);
        break;
      }
      case 'leaves':
        leaves.add(event);
        break;
      case 'checkpoint':
        statements.checkpoint(event, leaves.frontier);
        break;
      case 'node':
        leaves.node(event);
        break;
      case 'end':
        unsealed = event.unsealed;
        break;
    }
  }
  if (last !== 'end') {
    // Cut off behind a checkpoint, what is left of an export would be a ledger that is right in itself.
    findings.fault({ kind: 'input-broken', text: 'the export breaks off before its end' });
  }
  leaves.end();
  periods.end();
  const { frontier } = leaves;
  const retired = periods.retired();
  statements.end(frontier.size);
  return {
    sound: findings.count === 0,
    leaves: frontier.size,
    checkpoints: statements.checked(),
    witnessed: statements.witnessed(),
    retired,
    unsealed,
    root: frontier.root().toString('base64'),
    faults: findings.faults,
    faultCount: findings.count,
    notices: findings.notices,
  };
}

function createLeaves(findings: Findings, periods: Periods, statements: Statements) {
  const frontier: Frontier = createFrontier();
  /** Hashes of rows that have been seen and have no leaf yet, by number. */
  const waiting = new Map<number, Buffer>();
  /** Inner nodes in the order of the tree: what is stored has to be the same. */
  const nodes = new Map<string, string>();
  let gaps: readonly number[] = [];
  let highest = -1;
  let clock = 0;

  const seen = (row: LedgerRow): void => {
    const seq = Number(row['seq']);
    const blinding = periods.blinding(seq);
    const hash =
      blinding === undefined
        ? Buffer.alloc(HASH_BYTES)
        : leafHash(canonicalRow(row, blinding).record);
    if (waiting.size < WAITING) waiting.set(seq, hash);
    else findings.fault({ kind: 'row-inserted', seq, text: 'too many rows without a leaf' });
    const recorded = Date.parse(utcInstant(String(row['recorded'])));
    if (recorded < clock - STEP) {
      findings.notice(
        `Row ${String(seq)}: recorded ${String(Math.round((clock - recorded) / 1000))} s before the one in front of it`,
      );
    }
    clock = recorded;
  };

  const leaf = (seq: number, stored: Buffer, deletion: number | undefined): void => {
    const index = frontier.size;
    const row = waiting.get(seq);
    const where: [number, number] = [index, index + 1];
    waiting.delete(seq);
    if (row === undefined) {
      if (!periods.missing(seq, index, stored, deletion)) {
        findings.fault({
          kind: 'row-removed',
          seq,
          leaves: where,
          text: 'the row of the leaf is gone',
        });
      }
    } else if (deletion !== undefined) {
      findings.fault({
        kind: 'deletion-wrong',
        seq,
        leaves: where,
        text: `the row is there, and the deletion record ${String(deletion)} says that it was removed`,
      });
    } else if (!row.equals(stored)) {
      findings.fault({
        kind: 'row-changed',
        seq,
        leaves: where,
        text: 'the row is not what was sealed',
      });
    }
    for (const node of frontier.push(stored)) {
      nodes.set(`${String(node.level)}/${String(node.index)}`, node.hash.toString('base64'));
    }
    statements.size(frontier);
  };

  return {
    frontier,
    add(event: Extract<LedgerEvent, { kind: 'leaves' }>): void {
      const { first, seqs, rows } = event;
      const stored = hashesOf(Buffer.from(event.hashes, 'base64'));
      const removed = (event.removed ?? []).map(({ deletion, bits }) => ({
        deletion,
        bits: Buffer.from(bits, 'base64'),
      }));
      if (first !== frontier.size || stored.length !== seqs.length) {
        findings.fault({
          kind: 'leaves-out-of-order',
          leaves: [frontier.size, first],
          text: `leaves from ${String(first)} stand where ${String(frontier.size)} is expected`,
        });
      }
      for (const row of rows) seen(row);
      for (const [index, seq] of seqs.entries()) {
        if (seq <= highest && !isOpen(gaps, seq)) {
          findings.fault({ kind: 'leaf-twice', seq, text: 'the row could not come any more' });
        }
        const by = removed.find(({ bits }) => hasBit(bits, index))?.deletion;
        leaf(seq, stored[index] ?? Buffer.alloc(HASH_BYTES), by);
      }
      highest = Math.max(highest, seqs.at(-1) ?? highest);
      gaps = event.gaps;
      // What is in no gap and has no leaf by now never gets one.
      for (const seq of waiting.keys()) {
        if (isOpen(gaps, seq)) continue;
        findings.fault({ kind: 'row-inserted', seq, text: 'the row was never sealed' });
        waiting.delete(seq);
      }
    },
    node({ level, index, hash }: Extract<LedgerEvent, { kind: 'node' }>): void {
      const key = `${String(level)}/${String(index)}`;
      if (nodes.get(key) !== hash) {
        const leaves = 2 ** level;
        findings.fault({
          kind: 'node-differs',
          leaves: [index * leaves, (index + 1) * leaves],
          text: 'a stored inner node is not that of its leaves',
        });
      }
      nodes.delete(key);
    },
    end(): void {
      for (const key of nodes.keys()) {
        findings.fault({ kind: 'node-differs', text: `the inner node ${key} is missing` });
      }
      for (const seq of waiting.keys()) {
        findings.notice(`Row ${String(seq)} came late and is not sealed yet`);
      }
    },
  };
}

function isOpen(gaps: readonly number[], seq: number): boolean {
  for (let index = 0; index < gaps.length; index += 2) {
    if (seq >= (gaps[index] as number) && seq <= (gaps[index + 1] as number)) return true;
  }
  return false;
}
