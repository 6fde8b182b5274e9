import { hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../../src/plugin/sdk.ts';

/** Seconds that a nonce is the newest one. */
const STEP = 60;

/** Nonces for proofs of possession. @see https://www.rfc-editor.org/rfc/rfc9449#section-9 */
export interface DpopNonces {
  /** What the next proof should say. */
  next(): string;
  /** True for one that was given out in the last minutes. */
  accepts(nonce: string): boolean;
}

/**
 * Nonces that need no store and hold at every node: each minute has its own, derived from a secret of all nodes. They are
 * made the way the provider makes its own, because clients keep one nonce for one origin and show it to both.
 * @param secret 32 bytes
 */
export function dpopNonces(secret: Buffer, clock: Clock): DpopNonces {
  const nonce = (step: number): Buffer => {
    const salt = Buffer.alloc(8);
    salt.writeUInt32BE(step, 4);
    return Buffer.from(hkdfSync('sha256', secret, salt, 'DPoP', 32));
  };
  const step = (): number => Math.floor(clock.now() / 1000 / STEP);
  return {
    next: () => nonce(step() + 1).toString('base64url'),
    accepts(given) {
      const bytes = Buffer.from(given, 'base64url');
      if (bytes.length !== 32) return false;
      const now = step();
      return [-2, -1, 0, 1, 2].some((offset) => timingSafeEqual(nonce(now + offset), bytes));
    },
  };
}
