import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import type { JWK } from 'jose';
import { z } from 'zod';
import { authError } from '../errors.ts';

/** Signatures of tokens. @see BSI TR-02102-1, table 5.5 */
export const TOKEN_ALGORITHMS = ['ES256', 'ES384'] as const;
export type TokenAlgorithm = (typeof TOKEN_ALGORITHMS)[number];

const CURVES: Readonly<Record<TokenAlgorithm, string>> = { ES256: 'P-256', ES384: 'P-384' };

const secret = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/, 'must be 32 bytes in base64url')
  .transform((text) => Buffer.from(text, 'base64url'));

const privateJwk = z
  .looseObject({
    kty: z.literal('EC'),
    crv: z.enum(['P-256', 'P-384']),
    x: z.string(),
    y: z.string(),
    d: z.string(),
    kid: z.string().min(1),
    alg: z.enum(TOKEN_ALGORITHMS),
    use: z.literal('sig'),
    /** Seconds since 1970 from which on the key signs; until then it is published and no more. Absent: always. */
    signs_from: z.int().min(0).optional(),
  })
  .refine((key) => CURVES[key.alg] === key.crv, 'alg and crv do not belong together');

const keyFile = z.strictObject({
  /** What signs at a moment is decided by {@link signingSchedule}. */
  signing: z.strictObject({ keys: z.array(privateJwk).min(1).max(10) }),
  cookie: z.array(secret).min(1),
  encryption: z.array(z.strictObject({ id: z.int().min(1).max(255), key: secret })).min(1),
  /** Keys the digests of handles and passwords; losing it loses every account, so it never rotates in place. */
  pepper: secret,
});

/** All keys of the plugin. */
export type AuthKeys = z.output<typeof keyFile>;
export type SigningKey = AuthKeys['signing']['keys'][number];

/** A key file as it is stored. */
export type KeyFileText = z.input<typeof keyFile>;

/**
 * Reads a key file: the same format in the sandbox and in production.
 * @throws FhirError `AUTH_KEYS_INVALID` naming the element at fault, never its value.
 */
export function parseKeyFile(text: string): AuthKeys {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw authError('AUTH_KEYS_INVALID', { reason: 'it is not JSON' });
  }
  const parsed = keyFile.safeParse(json);
  if (!parsed.success) {
    const places = parsed.error.issues.map((issue) => issue.path.join('.') || 'the whole');
    throw authError('AUTH_KEYS_INVALID', { reason: `look at ${[...new Set(places)].join(', ')}` });
  }
  const kids = parsed.data.signing.keys.map(({ kid }) => kid);
  if (new Set(kids).size < kids.length) {
    throw authError('AUTH_KEYS_INVALID', { reason: 'two signing keys have the same kid' });
  }
  return parsed.data;
}

/** A new key to sign tokens with. @param signsFrom seconds since 1970 */
export async function newSigningKey(
  alg: TokenAlgorithm,
  signsFrom?: number,
): Promise<KeyFileText['signing']['keys'][number]> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: CURVES[alg] });
  const jwk = privateKey.export({ format: 'jwk' }) as JWK;
  const key = { ...jwk, kid: await calculateJwkThumbprint(jwk), alg, use: 'sig' };
  return { ...key, ...(signsFrom === undefined ? {} : { signs_from: signsFrom }) } as never;
}

/** 32 random bytes as they stand in a key file. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** Text of a new key file. */
export async function newKeyFile(): Promise<string> {
  const file: KeyFileText = {
    signing: { keys: [await newSigningKey('ES256')] },
    cookie: [newSecret()],
    encryption: [{ id: 1, key: newSecret() }],
    pepper: newSecret(),
  };
  return JSON.stringify(file, undefined, 2);
}
