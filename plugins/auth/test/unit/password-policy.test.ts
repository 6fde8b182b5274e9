import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { newAccountHandle, normalizeAccountHandle } from '../../accounts/account-handle.ts';
import { breachList } from '../../accounts/breach-list.ts';
import { passwordPolicy } from '../../accounts/password-policy.ts';

const minLength = { patient: 12, staff: 14, admin: 16 };
const nobody = (): boolean => false;

describe('IT-Grundschutz ORP.4.A8, TR-03161 O.Pass_1: leaked passwords', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'breach-list-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const leak = async (...passwords: string[]): Promise<void> => {
    const lines = passwords.map((password) =>
      createHash('sha1').update(password).digest('hex').toUpperCase(),
    );
    const files = Map.groupBy(lines, (line) => line.slice(0, 5));
    for (const [range, found] of files) {
      const text = ['0'.repeat(35), ...found.map((line) => line.slice(5)), 'F'.repeat(35)]
        .map((rest) => `${rest}:3`)
        .join('\r\n');
      await writeFile(join(folder, `${range}.txt`), text);
    }
  };

  test('are found in a folder of ranges, whatever form of Unicode they are typed in, and others are not', async () => {
    await leak('Zwölf Boxkämpfer', 'correct horse battery');
    const leaked = await breachList(folder);
    expect(await leaked('Zwölf Boxkämpfer'.normalize('NFD'))).toBe(true);
    expect(await leaked('correct horse battery')).toBe(true);
    expect(await leaked('correct horse batterz')).toBe(false);
  });

  test('are refused as common ones are', async () => {
    await leak('correct horse battery');
    const policy = passwordPolicy({ minLength, leaked: await breachList(folder) });
    expect(await policy.weakness('correct horse battery', 'patient', nobody)).toBe('common');
    expect(await policy.weakness('incorrect horse battery', 'patient', nobody)).toBeUndefined();
  });

  test('a folder that is missing or holds no list is an error at start, not a list without entries', async () => {
    await expect(breachList(join(folder, 'missing'))).rejects.toMatchObject({
      code: 'AUTH_BREACH_LIST',
    });
    await mkdir(join(folder, 'empty'));
    await writeFile(join(folder, 'empty', 'README.txt'), 'not a range');
    await expect(breachList(join(folder, 'empty'))).rejects.toMatchObject({
      code: 'AUTH_BREACH_LIST',
    });
  });
});

describe('Password policy', () => {
  const policy = passwordPolicy({ minLength, leaked: undefined });

  test.each([
    ['zwölf Stück', 'patient', 'too-short'],
    ['zwölf Stücke', 'patient', undefined],
    ['zwölf Stücke', 'staff', 'too-short'],
    ['vierzehn Stück', 'staff', undefined],
    ['vierzehn Stück', 'admin', 'too-short'],
    ['sechzehn Stücke!', 'admin', undefined],
  ] as const)('%s is for %s: %s', async (password, identityClass, expected) => {
    expect(await policy.weakness(password, identityClass, nobody)).toBe(expected);
  });

  test('a password never holds the handle, wherever it stands and however it is grouped', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ maxLength: 20 }),
        fc.string({ maxLength: 20 }),
        fc.constantFrom('-', ' ', '', '–'),
        async (before, after, separator) => {
          const handle = newAccountHandle();
          const typed = handle.replaceAll('-', separator).toLowerCase();
          const isHandle = (candidate: string): boolean =>
            candidate === normalizeAccountHandle(handle);
          expect(await policy.weakness(before + typed + after, 'patient', isHandle)).toBe(
            'contains-handle',
          );
        },
      ),
    );
  });
});
