/** What is wrong with a ledger. */
export type FaultKind =
  | 'row-changed'
  | 'row-removed'
  | 'row-inserted'
  | 'leaves-out-of-order'
  | 'leaf-twice'
  | 'root-differs'
  | 'checkpoint-forged'
  | 'checkpoint-beyond'
  | 'node-differs'
  | 'deletion-wrong'
  | 'witness-differs'
  | 'witness-beyond'
  | 'unsealed-tail'
  | 'input-broken';

/** One thing that is wrong. */
export interface Fault {
  readonly kind: FaultKind;
  /** Number of the row, where it is about one. */
  readonly seq?: number;
  /** Leaves from and up to and without, where it is about some of those. */
  readonly leaves?: readonly [from: number, to: number];
  readonly text: string;
}

/** Faults that are listed one by one; more are counted. */
export const LISTED = 1_000;

/** What a verification came to. */
export interface Report {
  /** True if nothing is wrong. */
  readonly sound: boolean;
  /** Leaves that were looked at. */
  readonly leaves: number;
  /** Checkpoints whose signature and root were checked. */
  readonly checkpoints: number;
  /** Copies of a witness that were compared. */
  readonly witnessed: number;
  /** Rows that were removed after their time, on record. */
  readonly retired: number;
  /** Rows that no checkpoint covers yet. */
  readonly unsealed: number;
  /** Root of the whole tree in base64. */
  readonly root: string;
  /** The first faults. */
  readonly faults: readonly Fault[];
  /** All of them. */
  readonly faultCount: number;
  /** What is no fault and still worth a look, such as a clock that was set back. */
  readonly notices: readonly string[];
}

/** Collects faults and notices in bounded memory. */
export interface Findings {
  readonly faults: readonly Fault[];
  readonly notices: readonly string[];
  readonly count: number;
  fault(fault: Fault): void;
  notice(text: string): void;
}

export function createFindings(): Findings {
  const faults: Fault[] = [];
  const notices: string[] = [];
  let count = 0;
  return {
    faults,
    notices,
    get count() {
      return count;
    },
    fault(fault) {
      count += 1;
      if (faults.length < LISTED) faults.push(fault);
    },
    notice(text) {
      if (notices.length < LISTED) notices.push(text);
    },
  };
}
