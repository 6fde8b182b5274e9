import type { OwnerConnection } from '../retention/holds.ts';
import type { SigningKey } from './checkpoint.ts';

/** Which leaves lose their rows. */
export interface RemovedLeaves {
  readonly count: number;
  /** Leaves of the first and the last row that is removed; -1 where there is none. */
  readonly firstLeaf: number;
  readonly lastLeaf: number;
  /** Hash over the leaves of the removed rows, in the order of the tree, in base64. */
  readonly root: string;
}

/** A month of the ledger, or all from before there were months. */
export interface Period {
  /** First number of the period, and the one behind its last. */
  readonly from: number;
  readonly end: number;
  readonly partition: string;
}

/** What was, or would be, removed of a period. */
export interface RetiredPeriod extends Period, RemovedLeaves {
  /** Rows that stay, because a class or a hold keeps them. */
  readonly kept: number;
  /** Rows that are removed and that stay, by class; a row can be in several. */
  readonly removedByClass: Readonly<Record<string, number>>;
  readonly keptByClass: Readonly<Record<string, number>>;
  /** Times of the first and the last row of the period: instants in UTC. */
  readonly recordedFrom: string;
  readonly recordedTo: string;
}

/** Rows of a period that are removed, in the transaction that is open. */
export interface Removal {
  readonly connection: OwnerConnection;
  readonly key: SigningKey;
  /** Name of the ledger in its checkpoints. */
  readonly origin: string;
  readonly period: Period;
  /** True where nothing stays. */
  readonly whole: boolean;
}
