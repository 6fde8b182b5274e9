import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { archiveSeal } from '../../keys/archive-seal.ts';
import { keyedDigest } from '../../keys/code-digest.ts';
import { loadKeys } from '../../keys/key-files.ts';

describe('the archive seal (AES-256-GCM)', () => {
  const old = { id: 1, key: randomBytes(32) };
  const seal = archiveSeal([{ id: 2, key: randomBytes(32) }, old]);

  test('opens what it sealed, byte for byte, and what an older key sealed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), fc.string(), (bytes, context) => {
        expect(seal.open(seal.seal(bytes, context), context).equals(bytes)).toBe(true);
        expect(seal.open(archiveSeal([old]).seal(bytes, context), context).equals(bytes)).toBe(
          true,
        );
      }),
    );
  });

  test('opens nothing that was moved, changed in one bit, cut, or sealed by another key', () => {
    const sealed = seal.seal(Buffer.from('XRechnung'), 'gkv_invoice/1');
    expect(() => seal.open(sealed, 'gkv_invoice/2')).toThrow(TypeError);
    expect(() => archiveSeal([old]).open(sealed, 'gkv_invoice/1')).toThrow(TypeError);
    for (let index = 0; index < sealed.length; index += 1) {
      const changed = Buffer.from(sealed);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(() => seal.open(changed, 'gkv_invoice/1')).toThrow(TypeError);
      expect(() => seal.open(sealed.subarray(0, index), 'gkv_invoice/1')).toThrow(TypeError);
    }
  });
});

test('digests differ by key, by purpose and by where one part ends', () => {
  const pepper = randomBytes(32);
  const digest = keyedDigest(pepper, 'one');
  const others = [
    keyedDigest(randomBytes(32), 'one')('A', 'B'),
    keyedDigest(pepper, 'two')('A', 'B'),
    digest('AB'),
    digest('A', 'B', ''),
  ];
  expect(digest('A', 'B').equals(digest('A', 'B'))).toBe(true);
  for (const other of others) expect(other.equals(digest('A', 'B'))).toBe(false);
});

describe('key files', () => {
  test('are made once, for their owner only, and read again', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'gkv-keys-'));
    const [one, two] = await Promise.all([loadKeys({}, directory), loadKeys({}, directory)]);
    expect(one.billing.pepper.equals(two.billing.pepper)).toBe(true);
    expect(one.accounts.pepper.equals(one.billing.pepper)).toBe(false);
    for (const name of ['billing-keys.json', 'accounts-keys.json']) {
      expect((await stat(join(directory, name))).mode & 0o777).toBe(0o600);
    }
    await rm(directory, { recursive: true });
  });

  test('that cannot be used are refused without a word of what they hold', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'gkv-keys-'));
    const billingFile = join(directory, 'keys.json');
    await writeFile(billingFile, JSON.stringify({ pepper: 'tooshort', sealing: [] }));
    const error = await loadKeys({ billingFile }, directory).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'GKV_KEYS_INVALID' });
    expect(String(error)).toContain('pepper, sealing');
    expect(String(error)).not.toContain('tooshort');
    await rm(directory, { recursive: true });
  });
});
