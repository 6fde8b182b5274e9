import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { JWK } from 'jose';
import { verifyPinSet } from '../../../src/http/tls/pins/signed-set.ts';
import { makeCertificate, NO_OPENSSL } from '../../support/certificates.ts';
import { skipNote } from '../../support/skip-note.ts';

jest.setTimeout(60_000);

const run = promisify(execFile);
const suite = NO_OPENSSL === undefined ? describe : describe.skip;
const program = join(import.meta.dirname, '../../../scripts/pins.ts');

suite(`npm run pins${skipNote(NO_OPENSSL)}`, () => {
  let directory: string;
  const at = (name: string): string => join(directory, name);
  const pins = async (...args: string[]): Promise<{ code: number; text: string }> => {
    try {
      const { stdout } = await run(process.execPath, ['--no-warnings', program, ...args]);
      return { code: 0, text: stdout };
    } catch (error) {
      const { code, stderr } = error as { code: number; stderr: string };
      return { code, text: stderr };
    }
  };

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'diga-pins-'));
    await Promise.all([
      makeCertificate(directory, 'live'),
      makeCertificate(directory, 'reserve'),
      makeCertificate(directory, 'next'),
      makeCertificate(directory, 'weak', { key: 'rsa2048' }),
    ]);
  });
  afterAll(() => rm(directory, { recursive: true }));

  test('[R-256] TR-03161-1 O.Ntwk_4: a set is made, announced to and listed; the private key stays private', async () => {
    const { text } = await pins('key', '--out', at('secret.jwk'));
    expect(text).not.toContain('"d"');
    expect((await stat(at('secret.jwk'))).mode & 0o077).toBe(0);
    await writeFile(at('open.jwk'), text);
    const signing = ['--key', at('secret.jwk')];
    const first = ['--host', 'api.example', '--min-app', '1.0.0', '--out', at('set.jws')];
    const made = await pins('create', ...signing, ...first, at('live.pem'), at('reserve.key'));
    expect(made).toMatchObject({ code: 0, text: expect.stringContaining('number 1') });
    const set = ['--set', at('set.jws')];
    expect(await pins('announce', ...signing, ...set, at('weak.pem'))).toMatchObject({
      code: 1,
      text: expect.stringContaining('TLS_KEY_WEAK'),
    });
    expect(await pins('announce', ...signing, ...set, '--lead-days', '30', at('next.key'))).toEqual(
      {
        code: 1,
        text: 'TLS_PINS_INVALID: a pin is announced 90 days ahead or more\n',
      },
    );
    expect((await pins('announce', ...signing, ...set, at('next.key'))).code).toBe(0);
    const listed = await pins('list', '--key', at('open.jwk'), ...set);
    expect(listed.text.match(/usable|announced/g)).toEqual(['usable', 'usable', 'announced']);
    const verified = await verifyPinSet(
      await readFile(at('set.jws'), 'utf8'),
      JSON.parse(text) as JWK,
    );
    expect(verified).toMatchObject({ host: 'api.example', seq: 2, minApp: '1.0.0' });
    // Nothing that is there is written over.
    expect((await pins('create', ...signing, ...first, at('live.pem'), at('next.key'))).code).toBe(
      1,
    );
    expect((await pins('key', '--out', at('secret.jwk'))).code).toBe(1);
  });

  test('what is missing is named', async () => {
    expect(await pins('list', '--set', at('set.jws'))).toMatchObject({
      code: 2,
      text: expect.stringContaining('--key is missing'),
    });
    expect((await pins('else')).code).toBe(2);
  });
});
