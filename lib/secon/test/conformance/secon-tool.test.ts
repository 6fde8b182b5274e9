import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { skipNote } from '../../../../test/support/skip-note.ts';
import { decryptAndVerify, signAndEncrypt } from '../../index.ts';
import { encodePem } from '../../pem.ts';
import { NOW, testParties } from '../support/test-identities.ts';

const interop = join(import.meta.dirname, '..', '..', '..', '..', 'test', 'interop', 'secon');
const directory = mkdtempSync(join(tmpdir(), 'secon-tool-'));
const at = (name: string): string => join(directory, name);

/** Fetches the reference tool; the reason when that is not possible here. */
function missing(): string | undefined {
  if (spawnSync('java', ['-version']).status !== 0) return 'there is no java';
  if (spawnSync('mvn', ['-version']).status !== 0) return 'there is no mvn';
  const fetched = spawnSync(
    'mvn',
    [
      '-q',
      '-B',
      '-f',
      join(interop, 'pom.xml'),
      'dependency:copy-dependencies',
      `-DoutputDirectory=${at('lib')}`,
    ],
    { timeout: 240_000 },
  );
  return fetched.status === 0 ? undefined : 'Maven Central does not answer';
}

const reason = missing();
const maybe = reason === undefined ? describe : describe.skip;

afterAll(() => rmSync(directory, { recursive: true, force: true }));

maybe(`SECON against the reference tool secon-tool 1.2.1${skipNote(reason)}`, () => {
  const xml = Buffer.from(`<?xml version="1.0"?>\n<a>${'Prüfung '.repeat(2000)}</a>\n`);
  let parties: Awaited<ReturnType<typeof testParties>>;
  const tool = (
    mode: 'open' | 'seal',
    own: string,
    partner: string,
    input: string,
    output: string,
  ) =>
    execFileSync(
      'java',
      [
        '-cp',
        join(directory, 'lib', '*'),
        join(interop, 'Interop.java'),
        mode,
        at(`${own}.key`),
        at(`${own}.crt`),
        at(`${partner}.crt`),
        at(input),
        at(output),
      ],
      { stdio: 'pipe' },
    );

  beforeAll(async () => {
    parties = await testParties();
    for (const name of ['hersteller', 'annahme'] as const) {
      const { certificate, privateKey } = parties[name];
      writeFileSync(at(`${name}.crt`), encodePem(certificate.der, 'CERTIFICATE'));
      writeFileSync(at(`${name}.key`), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    }
    writeFileSync(at('anfrage.xml'), xml);
  }, 60_000);

  test('the tool opens what we write', async () => {
    writeFileSync(
      at('ours.cms'),
      await signAndEncrypt(xml, {
        identity: parties.hersteller,
        recipient: parties.annahme.certificate,
        signingTime: NOW,
      }),
    );
    tool('open', 'annahme', 'hersteller', 'ours.cms', 'out.xml');
    expect(readFileSync(at('out.xml')).equals(xml)).toBe(true);
  }, 60_000);

  test('we open what the tool writes', async () => {
    tool('seal', 'hersteller', 'annahme', 'anfrage.xml', 'theirs.cms');
    const opened = await decryptAndVerify(readFileSync(at('theirs.cms')), {
      identities: [parties.annahme],
      trustAnchors: [parties.root.certificate],
      expectedSigner: { ik: '999999994' },
      now: NOW,
    });
    expect(Buffer.from(opened.content).equals(xml)).toBe(true);
  }, 60_000);
});
