import type { Exchange } from '../exchange-log.ts';

/** What comes out of one message. */
export interface MessageOutcome {
  /** XML of the answer; absent where there is none to give. */
  readonly document?: Uint8Array;
  readonly result: string;
  readonly noted: Partial<Exchange>;
}
