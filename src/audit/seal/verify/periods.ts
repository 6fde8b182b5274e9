import { createFrontier, type Frontier } from '../frontier.ts';
import type { Findings } from './finding.ts';
import type { LedgerEvent } from './ledger-event.ts';

/** What a deletion record says of the rows that were removed. */
export interface Deletion {
  /** First number of the period, and the one behind its last. */
  readonly from: number;
  readonly end: number;
  /** Number under which the leaves are marked; absent in records of whole periods from before there were others. */
  readonly number?: number;
  /** False where rows of the period stayed; the leaves are marked then. Otherwise all that was left of it was removed. */
  readonly whole?: boolean;
  readonly count: number;
  /** Leaves of the first and the last row that was removed; -1 where there was none. */
  readonly firstLeaf: number;
  readonly lastLeaf: number;
  /** Hash over the leaves of the removed rows, in the order of the tree, in base64. */
  readonly root: string;
}

/** The periods of a ledger while it is verified. */
export interface Periods {
  add(event: Extract<LedgerEvent, { kind: 'period' }>): void;
  deleted(deletion: Deletion): void;
  /** Key of the random bits of a row; undefined where there is none (any more). */
  blinding(seq: number): Buffer | undefined;
  /**
   * True where a row may be missing, because it was removed on record.
   * @param deletion number of the record that the leaf is marked with, if it is
   */
  missing(seq: number, leaf: number, hash: Buffer, deletion: number | undefined): boolean;
  /** Compares what is missing with the deletion records. */
  end(): void;
  /** Rows that were removed on record. */
  retired(): number;
}

interface Retired {
  readonly deletion: Deletion;
  readonly frontier: Frontier;
  first: number;
  last: number;
}

export function createPeriods(findings: Findings): Periods {
  const periods: { from: number; end: number; key: Buffer | undefined }[] = [];
  const removed: Retired[] = [];
  return {
    add({ from, end, blinding }) {
      const key = blinding === undefined ? undefined : Buffer.from(blinding, 'base64');
      periods.push({ from, end, key });
    },
    deleted(deletion) {
      removed.push({ deletion, frontier: createFrontier(), first: -1, last: -1 });
    },
    // The newest are last, and nearly all rows of a look are in one of them.
    blinding: (seq) => periods.findLast(({ from, end }) => seq >= from && seq < end)?.key,
    missing(seq, leaf, hash, number) {
      const found = removed.find(
        ({ deletion: { from, end, whole, number: own } }) =>
          seq >= from &&
          seq < end &&
          (number === undefined ? whole !== false : whole === false && own === number),
      );
      if (found === undefined) return false;
      found.frontier.push(hash);
      if (found.first < 0) found.first = leaf;
      found.last = leaf;
      return true;
    },
    end() {
      for (const { deletion, frontier, first, last } of removed) {
        const right =
          frontier.size === deletion.count &&
          first === deletion.firstLeaf &&
          last === deletion.lastLeaf &&
          frontier.root().toString('base64') === deletion.root;
        if (right) continue;
        findings.fault({
          kind: 'deletion-wrong',
          text: `rows ${String(deletion.from)} to ${String(deletion.end - 1)}: what is missing is not what the deletion record says`,
        });
      }
    },
    retired: () => removed.reduce((sum, { frontier }) => sum + frontier.size, 0),
  };
}
