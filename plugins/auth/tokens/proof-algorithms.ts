/** Signatures of proofs of possession (DPoP). @see BSI TR-02102-1, table 5.5 */
export const PROOF_ALGORITHMS = ['ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512'] as const;
