import { timingSafeEqual } from 'node:crypto';
import type { Database } from '../../../src/plugin/sdk.ts';
import { gkvError } from '../errors.ts';
import { keyedDigest } from './code-digest.ts';

/**
 * Proves that the pepper is the one this billing database was begun with; the first start writes down a digest for that.
 * @throws FhirError `GKV_KEYS_CHANGED`
 */
export async function demandSamePepper(billing: Database, pepper: Buffer): Promise<void> {
  const proof = keyedDigest(pepper, 'gkv pepper proof')();
  await billing.query({
    text: `insert into gkv_setting (name, value) values ('pepper', $1) on conflict (name) do nothing`,
    values: [proof],
  });
  const [row] = await billing.query<{ value: Buffer }>({
    text: `select value from gkv_setting where name = 'pepper'`,
  });
  const kept = row?.value ?? Buffer.of();
  const same = kept.length === proof.length && timingSafeEqual(kept, proof);
  if (!same) throw gkvError('GKV_KEYS_CHANGED');
}
