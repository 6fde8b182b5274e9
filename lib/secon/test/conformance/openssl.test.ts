import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { skipNote } from '../../../../test/support/skip-note.ts';
import { decryptAndVerify, type SeconIdentity, signAndEncrypt } from '../../index.ts';
import { encodePem } from '../../pem.ts';
import { NOW, testParties } from '../support/test-identities.ts';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
const note = skipNote(hasOpenssl ? undefined : 'there is no openssl');
const maybe = hasOpenssl ? describe : describe.skip;

maybe(`SECON against the openssl cms command${note}`, () => {
  const directory = mkdtempSync(join(tmpdir(), 'secon-openssl-'));
  const at = (name: string): string => join(directory, name);
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' });
  };
  const xml = Buffer.from('<?xml version="1.0"?>\r\n<a>ä\n</a>\n');
  let parties: Awaited<ReturnType<typeof testParties>>;

  beforeAll(async () => {
    parties = await testParties();
    for (const name of ['root', 'hersteller', 'annahme'] as const) {
      const { certificate, privateKey }: SeconIdentity = parties[name];
      writeFileSync(at(`${name}.crt`), encodePem(certificate.der, 'CERTIFICATE'));
      writeFileSync(at(`${name}.key`), privateKey.export({ type: 'pkcs8', format: 'pem' }));
    }
    writeFileSync(at('anfrage.xml'), xml);
  }, 60_000);
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  test('openssl opens what we write', async () => {
    writeFileSync(
      at('ours.cms'),
      await signAndEncrypt(xml, {
        identity: parties.hersteller,
        recipient: parties.annahme.certificate,
        signingTime: NOW,
      }),
    );
    openssl(
      'cms',
      '-decrypt',
      '-inform',
      'DER',
      '-in',
      'ours.cms',
      '-recip',
      'annahme.crt',
      '-inkey',
      'annahme.key',
      '-out',
      'signed.der',
    );
    openssl(
      'cms',
      '-verify',
      '-binary',
      '-inform',
      'DER',
      '-in',
      'signed.der',
      '-CAfile',
      'root.crt',
      '-purpose',
      'any',
      '-attime',
      String(NOW / 1000),
      '-out',
      'out.xml',
    );
    expect(readFileSync(at('out.xml')).equals(xml)).toBe(true);
  });

  const sign = (digest: string, ...pss: string[]): void =>
    openssl(
      'cms',
      '-sign',
      '-binary',
      '-nodetach',
      '-outform',
      'DER',
      '-md',
      digest,
      '-nosmimecap',
      '-signer',
      'hersteller.crt',
      '-inkey',
      'hersteller.key',
      ...pss,
      '-in',
      'anfrage.xml',
      '-out',
      'signed.der',
    );
  const encrypt = (cipher: string, ...oaep: string[]): void =>
    openssl(
      'cms',
      '-encrypt',
      '-binary',
      `-${cipher}`,
      '-outform',
      'DER',
      '-recip',
      'annahme.crt',
      ...oaep,
      '-in',
      'signed.der',
      '-out',
      'theirs.cms',
    );
  const pss = (digest: string, salt: number): string[] => [
    '-keyopt',
    'rsa_padding_mode:pss',
    '-keyopt',
    `rsa_pss_saltlen:${salt}`,
    '-keyopt',
    `rsa_mgf1_md:${digest}`,
  ];
  const oaep = (digest: string): string[] => [
    '-keyopt',
    'rsa_padding_mode:oaep',
    '-keyopt',
    `rsa_oaep_md:${digest}`,
    '-keyopt',
    `rsa_mgf1_md:${digest}`,
  ];
  const open = () =>
    decryptAndVerify(readFileSync(at('theirs.cms')), {
      identities: [parties.annahme],
      trustAnchors: [parties.root.certificate],
      expectedSigner: { ik: '999999994' },
      now: NOW,
    });

  test('we open what openssl writes', async () => {
    sign('sha256', ...pss('sha256', 32));
    encrypt('aes-256-cbc', ...oaep('sha256'));
    expect(Buffer.from((await open()).content).equals(xml)).toBe(true);
  });

  test.each<[string, () => void]>([
    ['a SHA-512 signature', () => sign('sha512', ...pss('sha512', 32))],
    ['a salt of 20 bytes', () => sign('sha256', ...pss('sha256', 20))],
    ['MGF1 with SHA-1', () => sign('sha256', ...pss('sha1', 32))],
    ['PKCS#1 v1.5', () => sign('sha256')],
  ])('we refuse signatures outside of the profile: %s', async (_what, write) => {
    write();
    encrypt('aes-256-cbc', ...oaep('sha256'));
    await expect(open()).rejects.toMatchObject({ code: 'ALGORITHM_REFUSED' });
  });

  test.each<[string, () => void]>([
    ['OAEP with SHA-1', () => encrypt('aes-256-cbc', ...oaep('sha1'))],
    ['PKCS#1 v1.5 key transport', () => encrypt('aes-256-cbc')],
    ['AES-128-CBC', () => encrypt('aes-128-cbc', ...oaep('sha256'))],
    ['3DES', () => encrypt('des-ede3-cbc', ...oaep('sha256'))],
  ])('we refuse encryption outside of the profile: %s', async (_what, write) => {
    sign('sha256', ...pss('sha256', 32));
    write();
    await expect(open()).rejects.toMatchObject({ code: 'ALGORITHM_REFUSED' });
  });
});
