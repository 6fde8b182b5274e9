/** How the sandbox misbehaves. */
export const faultKinds = [
  'none',
  /** Answers after `delayMs`. */
  'slow',
  /** Error number 201 for a verification, HTTP 503 for an invoice. */
  'fail',
  'no-body',
  /** Signed by an identity that nobody trusts. */
  'wrong-key',
  /** Random bytes instead of CMS. */
  'garbage',
  /** Encrypted for somebody else. */
  'wrong-recipient',
  /** Never answers. */
  'hang',
  'http-500',
] as const;

/** One of {@link faultKinds}. */
export type FaultKind = (typeof faultKinds)[number];

/** An order to misbehave. */
export interface Fault {
  readonly kind: FaultKind;
  /** Milliseconds, for `slow`. */
  readonly delayMs: number;
  /** Number of messages it still applies to. */
  readonly count: number;
  /** Whether the message is handled nevertheless, so that only the answer is lost. */
  readonly processed: boolean;
}

/** The fault in force. */
export class Faults {
  #fault: Fault = { kind: 'none', delayMs: 0, count: 0, processed: false };

  set(fault: Fault): void {
    this.#fault = fault;
  }

  /** The fault for the next message; counts it. */
  next(): Fault {
    const fault = this.#fault;
    if (fault.kind === 'none' || fault.count <= 0) return { ...fault, kind: 'none' };
    this.#fault = { ...fault, count: fault.count - 1 };
    return fault;
  }
}
