/** What a stock Medplum server cannot enforce of a policy that was written for this one. */
export interface StockLoss {
  /**
   * `left-out`: it would open more there than here, so it is not in the policy for that server. `weaker`: it is, and protects
   * less than here. `needs`: it is, and allows nothing until somebody provides what it names.
   */
  readonly level: 'left-out' | 'weaker' | 'needs';
  /** `resource[2]`: index in the policy as it is written here; absent where it is about the policy as a whole. */
  readonly path?: string;
  /** Criteria of the entry. */
  readonly title?: string;
  readonly text: string;
}
