import type { LedgerRow } from '../canonical-row.ts';

/** Version of the export format. */
export const EXPORT_FORMAT = 1;

/**
 * What a verification reads, one after the other: from a database, or as the lines of an export. Periods, deletions and keys
 * come before leaves, leaves in the order of the tree, and a checkpoint after the leaves that it covers.
 */
export type LedgerEvent =
  | { readonly kind: 'export'; readonly format: number }
  | { readonly kind: 'key'; readonly jwk: Readonly<Record<string, unknown>> }
  | {
      readonly kind: 'period';
      /** First number of the period, and the one behind its last. */
      readonly from: number;
      readonly end: number;
      /** Key of the random bits in base64; absent once it was destroyed. */
      readonly blinding?: string;
    }
  | { readonly kind: 'deletion'; readonly jws: string }
  | {
      readonly kind: 'leaves';
      /** Index of the first leaf. */
      readonly first: number;
      readonly seqs: readonly number[];
      /** Numbers that could still come when these leaves were added, from and to, in pairs. */
      readonly gaps: readonly number[];
      /** Hashes as they are stored, one after the other, in base64. */
      readonly hashes: string;
      /** All rows whose number is above those of the leaves before and not above these. */
      readonly rows: readonly LedgerRow[];
      /** Which of these leaves deletion records have removed the rows of: a bit for each, in base64, by number of the record. */
      readonly removed?: readonly { readonly deletion: number; readonly bits: string }[];
    }
  | { readonly kind: 'checkpoint'; readonly size: number; readonly jws: string }
  | {
      readonly kind: 'node';
      readonly level: number;
      readonly index: number;
      /** Base64. */
      readonly hash: string;
    }
  | { readonly kind: 'end' /** Rows that are not sealed yet. */; readonly unsealed: number };
