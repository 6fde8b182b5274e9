import { z } from 'zod';

/**
 * How the sandbox misbehaves until told otherwise: it is gone or slow, its answers belong to somebody else, or its tokens
 * are signed with what nobody should accept.
 */
export const FAULTS = [
  'down',
  'slow',
  'endless',
  'wrong-issuer',
  'wrong-audience',
  'wrong-nonce',
  'wrong-key',
  'expired',
  'alg-none',
  'alg-hs256',
  'wrong-response-issuer',
] as const;
export type IdpFault = (typeof FAULTS)[number];

/** Body of `POST /sandbox/fault`. */
export const faultBody = z.strictObject({ fault: z.enum(FAULTS).nullable() });
