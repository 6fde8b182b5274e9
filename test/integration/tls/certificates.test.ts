import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { loadListener } from '../../../src/http/tls/load-listener.ts';
import {
  type CertificateChoice,
  makeCertificate,
  NO_OPENSSL,
  opensslClient,
  PSS,
} from '../../support/certificates.ts';
import { skipNote } from '../../support/skip-note.ts';
import { listenerFiles, tlsConfig, tlsListener } from '../../support/tls-listener.ts';

const DAY = 86_400_000;
// Each connection is a process of its own.
jest.setTimeout(30_000);

const suite = NO_OPENSSL === undefined ? describe : describe.skip;

suite(`certificates of the listener${skipNote(NO_OPENSSL)}`, () => {
  let directory: string;
  let number = 0;
  const make = (choice: CertificateChoice = {}) =>
    makeCertificate(directory, `c${String(number++)}`, choice);

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'diga-tls-'));
  });
  afterAll(() => rm(directory, { recursive: true }));

  test.each(['p256', 'p384', 'brainpool', 'rsa3072'] as const)(
    '[R-255] TR-02102-2 3.6: a key of kind %s is taken',
    async (key) => {
      const { certificates } = await loadListener(
        listenerFiles(tlsConfig([await make({ key, sign: key === 'rsa3072' ? PSS : [] })])),
        Date.now(),
      );
      expect(certificates.map(({ warnings }) => warnings)).toEqual([[]]);
    },
  );

  test.each(['rsa2048', 'ed25519'] as const)(
    '[R-255] TR-03161-3 O.Cryp_5: a key of kind %s is not served',
    async (key) => {
      const files = listenerFiles(tlsConfig([await make({ key })]));
      await expect(loadListener(files, Date.now())).rejects.toMatchObject({ code: 'TLS_KEY_WEAK' });
    },
  );

  test('TR-02102-2 3.6: a chain with PKCS#1 v1.5 is told, or refused where that is wanted', async () => {
    const old = await make({ key: 'rsa3072' });
    const { certificates } = await loadListener(listenerFiles(tlsConfig([old])), Date.now());
    expect(certificates[0]?.warnings).toEqual([
      expect.stringContaining('is signed with sha256WithRSAEncryption'),
    ]);
    const strict = listenerFiles(tlsConfig([old], { weakChain: 'refuse' }));
    await expect(loadListener(strict, Date.now())).rejects.toMatchObject({
      code: 'TLS_CHAIN_WEAK',
    });
  });

  test('TR-03161-3 O.Ntwk_2: in production a certificate comes from an authority', async () => {
    const authority = await make();
    const alone = listenerFiles(tlsConfig([authority]), { production: true });
    await expect(loadListener(alone, Date.now())).rejects.toMatchObject({
      code: 'TLS_CERTIFICATE_SELF_SIGNED',
    });
    const issued = listenerFiles(tlsConfig([await make({ by: authority })]), { production: true });
    await expect(loadListener(issued, Date.now())).resolves.toBeDefined();
  });

  test('what does not fit together is named before it is served', async () => {
    const [one, two, other] = await Promise.all([
      make(),
      make(),
      make({ names: 'DNS:other.example' }),
    ]);
    const code = (certificates: Parameters<typeof tlsConfig>[0], now = Date.now()) =>
      loadListener(listenerFiles(tlsConfig(certificates)), now).then(
        () => 'taken',
        (error: unknown) => (error as { code: string }).code,
      );
    expect(await code([{ ...one, keyFile: two.keyFile }])).toBe('TLS_KEY_MISMATCH');
    expect(await code([one, two])).toBe('TLS_KEY_TWICE');
    expect(await code([other])).toBe('TLS_CERTIFICATE_HOST');
    expect(await code([one], Date.now() + 366 * DAY)).toBe('TLS_CERTIFICATE_EXPIRED');
    expect(await code([one], Date.now() - DAY)).toBe('TLS_CERTIFICATE_EXPIRED');
    expect(await code([{ ...one, keyFile: one.certFile }])).toBe('TLS_KEY_INVALID');
    expect(await code([{ ...one, certFile: one.keyFile }])).toBe('TLS_CERTIFICATE_INVALID');
    expect(await code([{ ...one, certFile: join(directory, 'none') }])).toBe('TLS_FILE_UNREADABLE');
  });

  test('no part of a broken key stands in the error', async () => {
    const certificate = await make();
    await appendFile(certificate.certFile, '-----BEGIN PRIVATE KEY-----\nhunter2\n');
    const files = listenerFiles(tlsConfig([{ ...certificate, keyFile: certificate.certFile }]));
    const error = await loadListener(files, Date.now()).catch((caught: unknown) => caught);
    expect(JSON.stringify([error, String(error), (error as Error).cause])).not.toContain('hunter2');
  });

  test('TR-03161-1 O.Ntwk_1: clients bring a certificate where that is required, and may where it is asked for', async () => {
    const [server, authority] = await Promise.all([make(), make()]);
    const [client, stranger] = await Promise.all([make({ by: authority }), make()]);
    const required = { mode: 'require', caFile: authority.certFile } as const;
    const listener = await tlsListener(tlsConfig([server], { clientCertificates: required }));
    const requested = { mode: 'request', caFile: undefined } as const;
    const open = await tlsListener(tlsConfig([server], { clientCertificates: requested }));
    const withCertificate = ({ certFile, keyFile }: typeof client) => [
      '-cert',
      certFile,
      '-key',
      keyFile,
    ];
    try {
      const { port } = listener;
      expect((await opensslClient(port, withCertificate(client))).connected).toBe(true);
      expect((await opensslClient(port, withCertificate(stranger))).connected).toBe(false);
      expect((await opensslClient(port, [])).connected).toBe(false);
      expect(listener.failures.map(({ reason }) => reason)).toEqual([
        'client-certificate',
        'client-certificate',
      ]);
      expect((await opensslClient(open.port, [])).connected).toBe(true);
      expect((await opensslClient(open.port, withCertificate(stranger))).connected).toBe(true);
    } finally {
      await listener.close();
      await open.close();
    }
  });
});
