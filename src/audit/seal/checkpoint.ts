import {
  createPrivateKey,
  createPublicKey,
  type JsonWebKey,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';

/** What a checkpoint says. */
export interface Checkpoint {
  /** Which ledger: a name that its database keeps. */
  readonly origin: string;
  /** Leaves. */
  readonly size: number;
  /** Hash of the tree of that size, in base64. */
  readonly root: string;
  /** When it was signed: an instant in UTC. */
  readonly time: string;
}

/** A private key that signs checkpoints. */
export interface SigningKey {
  /** RFC 7638 thumbprint. */
  readonly kid: string;
  readonly alg: 'ES256' | 'ES384';
  readonly key: KeyObject;
  /** Public half, as JSON text. */
  readonly publicJwk: string;
}

/** Public half of a key of checkpoints. */
export interface VerificationKey {
  readonly alg: 'ES256' | 'ES384';
  readonly key: KeyObject;
}

/** Type in the header of a signed checkpoint: a signature for one purpose says nothing for another. */
export const CHECKPOINT_TYPE = 'audit-checkpoint+jws';

/** Type in the header of a signed statement about a legal hold. */
export const HOLD_TYPE = 'audit-hold+jws';

/** Type in the header of a signed deletion record. */
export const DELETION_TYPE = 'audit-deletion+jws';

const HASHES = { ES256: 'sha256', ES384: 'sha384' } as const;
const CURVES = { 'P-256': 'ES256', 'P-384': 'ES384' } as const;

/** Signs a statement as a JWS in compact form. @see https://www.rfc-editor.org/rfc/rfc7515#section-3.1 */
export function signStatement(
  type: string,
  statement: object,
  { alg, kid, key }: SigningKey,
): string {
  const input = `${encode({ alg, kid, typ: type })}.${encode(statement)}`;
  const signature = sign(HASHES[alg], Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}

/** Key id in the header of a JWS; undefined where the text is none. */
export function kidOf(jws: string): string | undefined {
  const { kid } = decode(jws.split('.')[0] ?? '');
  return typeof kid === 'string' ? kid : undefined;
}

/**
 * What a statement says, if its signature is right; undefined otherwise.
 * @param key finds the key of a thumbprint among those that are trusted
 */
export function openStatement(
  type: string,
  jws: string,
  key: (kid: string) => VerificationKey | undefined,
): Readonly<Record<string, unknown>> | undefined {
  const [header = '', payload = '', signature = '', ...more] = jws.split('.');
  const { alg, kid, typ } = decode(header);
  if (more.length > 0 || typeof kid !== 'string' || typ !== type) return undefined;
  const trusted = key(kid);
  // The algorithm is that of the key, whatever the header says.
  if (trusted === undefined || trusted.alg !== alg) return undefined;
  const right = verify(
    HASHES[trusted.alg],
    Buffer.from(`${header}.${payload}`),
    { key: trusted.key, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  );
  return right ? decode(payload) : undefined;
}

/** The checkpoint in a JWS whose signature is right; undefined otherwise. */
export function openCheckpoint(
  jws: string,
  key: (kid: string) => VerificationKey | undefined,
): Checkpoint | undefined {
  const said = openStatement(CHECKPOINT_TYPE, jws, key);
  return said === undefined ? undefined : checkpointOf(said);
}

/** What a JWS says without looking at its signature: for whoever sends it on. */
export function unverifiedCheckpoint(jws: string): Checkpoint | undefined {
  return checkpointOf(decode(jws.split('.')[1] ?? ''));
}

function checkpointOf(said: Readonly<Record<string, unknown>>): Checkpoint | undefined {
  const { origin, size, root, time } = said;
  if (typeof origin !== 'string' || typeof root !== 'string' || typeof time !== 'string') return;
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) return;
  return { origin, size, root, time };
}

/** A public key from a JWK. @throws TypeError where it is no EC key on P-256 or P-384 */
export function verificationKey(jwk: Readonly<Record<string, unknown>>): VerificationKey {
  const { kty, crv, x, y } = jwk;
  const key = createPublicKey({ key: { kty, crv, x, y } as JsonWebKey, format: 'jwk' });
  return { alg: algorithmOf(crv), key };
}

/** A private key from a JWK. @throws TypeError where it is no EC key on P-256 or P-384 */
export function signingKey(jwk: Readonly<Record<string, unknown>>, kid: string): SigningKey {
  const { kty, crv, x, y, d } = jwk;
  const alg = algorithmOf(crv);
  return {
    kid,
    alg,
    key: createPrivateKey({ key: { kty, crv, x, y, d } as JsonWebKey, format: 'jwk' }),
    publicJwk: JSON.stringify({ kty, crv, x, y, kid, alg, use: 'sig' }),
  };
}

function algorithmOf(curve: unknown): 'ES256' | 'ES384' {
  if (curve === 'P-256' || curve === 'P-384') return CURVES[curve];
  throw new TypeError('A key of checkpoints is an EC key on P-256 or P-384');
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function decode(part: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
