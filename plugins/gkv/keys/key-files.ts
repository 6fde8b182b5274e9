import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { gkvError } from '../errors.ts';
import { readOrCreatePrivateFile } from '../../../lib/private-file/private-file.ts';

const secret = z
  .string()
  .regex(/^[A-Za-z0-9_-]{43}$/, 'must be 32 bytes in base64url')
  .transform((text) => Buffer.from(text, 'base64url'));

const billingKeys = z.strictObject({
  /** Keys the digests of the codes. It never rotates: with another one a code could be billed twice. */
  pepper: secret,
  /** The first seals, all open. */
  sealing: z.array(z.strictObject({ id: z.int().min(1).max(255), key: secret })).min(1),
});

const accountsKeys = z.strictObject({ pepper: secret });

/** Keys of both sides; each lies in a file of its own, so that whoever has one side cannot open the other. */
export interface GkvKeys {
  readonly billing: z.output<typeof billingKeys>;
  readonly accounts: z.output<typeof accountsKeys>;
}

/**
 * Reads the key files; in the sandbox, where none is configured, they are made at the first start.
 * @throws FhirError `GKV_KEYS_INVALID` naming the element at fault, never its value
 */
export async function loadKeys(
  files: { readonly billingFile?: string | undefined; readonly accountsFile?: string | undefined },
  dataDirectory: string,
): Promise<GkvKeys> {
  const key = (): string => randomBytes(32).toString('base64url');
  return {
    billing: await load(
      billingKeys,
      files.billingFile,
      join(dataDirectory, 'billing-keys.json'),
      () => ({
        pepper: key(),
        sealing: [{ id: 1, key: key() }],
      }),
    ),
    accounts: await load(
      accountsKeys,
      files.accountsFile,
      join(dataDirectory, 'accounts-keys.json'),
      () => ({ pepper: key() }),
    ),
  };
}

async function load<T>(
  schema: z.ZodType<T>,
  configured: string | undefined,
  own: string,
  make: () => object,
): Promise<T> {
  const file = configured ?? own;
  const invalid = (reason: string, cause?: unknown) =>
    gkvError('GKV_KEYS_INVALID', { file, reason }, cause === undefined ? {} : { cause });
  const text =
    configured === undefined
      ? await readOrCreatePrivateFile(own, async () => JSON.stringify(make(), undefined, 2))
      : await readFile(configured, 'utf8').catch((cause: unknown) => {
          throw invalid('it cannot be opened', cause);
        });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw invalid('it is not JSON');
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const places = parsed.error.issues.map((issue) => issue.path.join('.') || 'the whole');
  throw invalid(`look at ${[...new Set(places)].join(', ')}`);
}
