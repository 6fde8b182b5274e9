import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import type { JWK } from 'jose';
import { z } from 'zod';
import { authError } from '../errors.ts';

const secret = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/, 'must be 32 bytes in base64url')
  .transform((text) => Buffer.from(text, 'base64url'));

const privateJwk = z.looseObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  d: z.string(),
  kid: z.string().min(1),
  alg: z.literal('ES256'),
  use: z.literal('sig'),
});

const keyFile = z.strictObject({
  /** The first key signs, the others are published so that tokens made with them stay verifiable. */
  signing: z.strictObject({ keys: z.array(privateJwk).min(1) }),
  cookie: z.array(secret).min(1),
  encryption: z.array(z.strictObject({ id: z.int().min(1).max(255), key: secret })).min(1),
  /** Keys the digests of handles and passwords; losing it loses every account, so it never rotates in place. */
  pepper: secret,
});

/** All keys of the plugin. */
export type AuthKeys = z.output<typeof keyFile>;

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
  if (parsed.success) return parsed.data;
  const places = parsed.error.issues.map((issue) => issue.path.join('.') || 'the whole');
  throw authError('AUTH_KEYS_INVALID', { reason: `look at ${[...new Set(places)].join(', ')}` });
}

/** Text of a new key file. */
export async function newKeyFile(): Promise<string> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = privateKey.export({ format: 'jwk' }) as JWK;
  const signing = { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: 'ES256', use: 'sig' };
  const key = (): string => randomBytes(32).toString('base64url');
  return JSON.stringify(
    {
      signing: { keys: [signing] },
      cookie: [key()],
      encryption: [{ id: 1, key: key() }],
      pepper: key(),
    },
    undefined,
    2,
  );
}
