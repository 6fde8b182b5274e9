/** What becomes of one part of a policy that was written for a stock Medplum server. */
export interface StockFinding {
  /** `holds` as it does there, `differs` from what it does there, or is `refused`, and the whole policy with it. */
  readonly level: 'holds' | 'differs' | 'refused';
  /** `resource[2]`, `ipAccessRule[0]`; absent where it is about the policy as a whole. */
  readonly path?: string;
  readonly text: string;
}
