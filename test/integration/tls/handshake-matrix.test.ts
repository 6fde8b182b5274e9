import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AddressInfo, connect as plain } from 'node:net';
import { connect } from 'node:tls';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { openServer } from '../../../src/http/open-server.ts';
import {
  makeCertificate,
  NO_OPENSSL,
  opensslClient,
  PSS,
  type TestCertificate,
} from '../../support/certificates.ts';
import { skipNote } from '../../support/skip-note.ts';
import { type TlsListener, tlsConfig, tlsListener } from '../../support/tls-listener.ts';

/** What `s_client` takes for the wish to renegotiate. */
const RENEGOTIATE = 'R\n';

// Each connection is a process of its own.
jest.setTimeout(30_000);

const matrix = NO_OPENSSL === undefined ? describe : describe.skip;

matrix(`TLS by TR-02102-2, judged by openssl s_client${skipNote(NO_OPENSSL)}`, () => {
  let directory: string;
  let ec: TestCertificate;
  let rsa: TestCertificate;
  let listener: TlsListener;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'diga-tls-'));
    [ec, rsa] = await Promise.all([
      makeCertificate(directory, 'ec'),
      makeCertificate(directory, 'rsa', { key: 'rsa3072', sign: PSS }),
    ]);
    listener = await tlsListener(tlsConfig([ec, rsa]));
  });
  afterAll(async () => {
    await listener.close();
    await rm(directory, { recursive: true });
  });

  const SUITES_13 = ['TLS_AES_256_GCM_SHA384', 'TLS_AES_128_GCM_SHA256', 'TLS_AES_128_CCM_SHA256'];
  const SUITES_12 = [
    'ECDHE-ECDSA-AES256-GCM-SHA384',
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ECDHE-ECDSA-AES256-CCM',
    'ECDHE-ECDSA-AES128-CCM',
    'ECDHE-RSA-AES256-GCM-SHA384',
    'ECDHE-RSA-AES128-GCM-SHA256',
  ];
  const GROUPS = ['P-256', 'P-384', 'P-521'];

  test.each(SUITES_13.flatMap((suite) => GROUPS.map((group) => [suite, group] as const)))(
    '[R-057] [R-255] TR-02102-2 3.4: TLS 1.3 with %s over %s connects',
    async (suite, group) => {
      const args = ['-tls1_3', '-ciphersuites', suite, '-groups', group];
      const outcome = await opensslClient(listener.port, args);
      expect(outcome).toMatchObject({ connected: true, protocol: 'TLSv1.3', cipher: suite });
    },
  );

  // In TLS 1.2 the groups that a client names bind the key of an ECDSA certificate as well.
  const PAIRS_12 = SUITES_12.flatMap((suite) =>
    (suite.includes('ECDSA') ? ['P-256'] : GROUPS).map((group) => [suite, group] as const),
  );
  test.each(PAIRS_12)(
    '[R-057] [R-255] TR-02102-2 3.3.1: TLS 1.2 with %s over %s connects',
    async (suite, group) => {
      const args = ['-tls1_2', '-cipher', suite, '-groups', group];
      const outcome = await opensslClient(listener.port, args);
      expect(outcome).toMatchObject({ connected: true, protocol: 'TLSv1.2', cipher: suite });
    },
  );

  test('[R-255] TR-02102-2 3.3.3: Brainpool in TLS 1.2 connects', async () => {
    const args = ['-tls1_2', '-groups', 'brainpoolP384r1:P-256'];
    expect(await opensslClient(listener.port, args)).toMatchObject({ connected: true });
    expect((await opensslClient(listener.port, args)).text).toMatch(/brainpoolP384r1|prime256v1/);
  });

  test.each([
    ['TLS 1.0', ['-tls1', '-cipher', 'ALL:@SECLEVEL=0'], 'protocol'],
    ['TLS 1.1', ['-tls1_1', '-cipher', 'ALL:@SECLEVEL=0'], 'protocol'],
    ['X25519 alone', ['-groups', 'X25519'], 'group'],
    ['X448 alone', ['-groups', 'X448'], 'group'],
    ['X25519 alone in TLS 1.2', ['-tls1_2', '-groups', 'X25519'], 'cipher'],
    ['ChaCha20 alone', ['-tls1_3', '-ciphersuites', 'TLS_CHACHA20_POLY1305_SHA256'], 'cipher'],
    ['ChaCha20 in TLS 1.2', ['-tls1_2', '-cipher', 'ECDHE-ECDSA-CHACHA20-POLY1305'], 'cipher'],
    ['CCM_8', ['-tls1_3', '-ciphersuites', 'TLS_AES_128_CCM_8_SHA256:@SECLEVEL=0'], 'cipher'],
    ['CBC alone', ['-tls1_2', '-cipher', 'ECDHE-ECDSA-AES128-SHA256'], 'cipher'],
    ['no forward secrecy', ['-tls1_2', '-cipher', 'AES256-GCM-SHA384'], 'cipher'],
    ['DHE', ['-tls1_2', '-cipher', 'DHE-RSA-AES256-GCM-SHA384'], 'cipher'],
    ['rsa_pkcs1 alone', ['-sigalgs', 'rsa_pkcs1_sha256'], 'signature'],
    ['SHA-1 signatures', ['-tls1_2', '-sigalgs', 'ECDSA+SHA1', '-cipher', 'ALL:@SECLEVEL=0'], ''],
  ])('[R-057] [R-255] TR-03161-3 O.Cryp_8: %s is refused', async (_what, args, reason) => {
    const before = listener.failures.length;
    const outcome = await opensslClient(listener.port, args);
    expect(outcome.connected).toBe(false);
    if (reason === '' || /Call to SSL_CONF|no cipher match|no ciphers/i.test(outcome.text)) return;
    expect(listener.failures.slice(before)).toEqual([{ reason, network: '127.0.0.1' }]);
  });

  test('[R-255] TR-02102-2 3.3.4: a renegotiation that the client begins is refused', async () => {
    const outcome = await opensslClient(listener.port, ['-tls1_2'], RENEGOTIATE);
    expect(outcome.protocol).toBe('TLSv1.2');
    expect(outcome.text).toMatch(/RENEGOTIATING/);
    expect(outcome.text).toMatch(/no renegotiation/);
  });

  test('TR-03161-3 O.Ntwk_8: who says nothing, hangs up or speaks no TLS is counted by reason', async () => {
    const before = listener.failures.length;
    const reasons = () => listener.failures.slice(before).map(({ reason }) => reason);
    const talk = (text: string | undefined): Promise<number> =>
      new Promise((resolve) => {
        const begun = performance.now();
        const socket = plain(listener.port, '127.0.0.1', () => {
          if (text === undefined) socket.destroy();
          else socket.write(text);
        });
        socket.on('error', () => undefined);
        socket.on('close', () => {
          resolve(performance.now() - begun);
        });
      });
    await talk('GET / HTTP/1.1\r\n\r\n');
    expect(reasons()).toEqual(['no-tls']);
    await talk(undefined);
    for (let round = 0; round < 100 && reasons().length < 2; round += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(reasons()).toEqual(['no-tls', 'aborted']);
    // The first bytes of a ClientHello, and then nothing: it is cut off after ten seconds.
    expect(await talk('\x16\x03\x01\x02')).toBeGreaterThan(9_000);
    expect(reasons()).toEqual(['no-tls', 'aborted', 'timeout']);
  });

  test('more connections than are allowed are closed at once', async () => {
    const bound = 2;
    let dropped = 0;
    const { server } = openServer(
      { maxConnections: bound, dropped: () => (dropped += 1) },
      (_request, response) => response.end(),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const sockets = [1, 2, 3].map(() => plain(port, '127.0.0.1'));
    await new Promise((resolve) => sockets[2]?.on('close', resolve).on('error', () => undefined));
    expect(dropped).toBe(1);
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  test('[R-255] no ticket is issued in TLS 1.2, and no early data in TLS 1.3', async () => {
    const old = await opensslClient(listener.port, ['-tls1_2']);
    expect(old.connected).toBe(true);
    expect(old.text).not.toMatch(/TLS session ticket:/);
    const recent = await opensslClient(listener.port, ['-tls1_3']);
    expect(recent.text).not.toMatch(/Max Early Data: [1-9]/);
  });

  test('[R-255] the hybrid profile agrees on ML-KEM-768 with P-256, and on P-256 with who has none', async () => {
    const hybrid = await tlsListener(tlsConfig([ec], { profile: 'bsi-hybrid' }));
    try {
      const group = await new Promise((resolve, reject) => {
        const socket = connect(
          {
            port: hybrid.port,
            host: '127.0.0.1',
            ecdhCurve: 'SecP256r1MLKEM768',
            rejectUnauthorized: false,
          },
          () => {
            resolve(socket.getProtocol());
            socket.destroy();
          },
        );
        socket.on('error', reject);
      });
      expect(group).toBe('TLSv1.3');
      expect(await opensslClient(hybrid.port, ['-groups', 'P-256'])).toMatchObject({
        connected: true,
      });
    } finally {
      await hybrid.close();
    }
    const refused = new Promise((resolve) => {
      const options = { ecdhCurve: 'SecP256r1MLKEM768', rejectUnauthorized: false };
      const socket = connect({ port: listener.port, host: '127.0.0.1', ...options }, () => {
        resolve('connected');
      });
      socket.on('error', () => {
        resolve('refused');
      });
    });
    expect(await refused).toBe('refused');
  });
});
