import { readFile, mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server, type TlsOptions } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { applyOutboundDefaults } from '../../../src/crypto/outbound-defaults.ts';
import { createDestinations } from '../../../src/subscriptions/destinations.ts';
import { callRestHook, type RestHookCall } from '../../../src/subscriptions/rest-hook.ts';
import { makeCertificate, NO_OPENSSL } from '../../support/certificates.ts';
import { skipNote } from '../../support/skip-note.ts';

const suite = NO_OPENSSL === undefined ? describe : describe.skip;

/** The handshake came about, and only then was the certificate found to be nobody's. */
const AGREED = 'DEPTH_ZERO_SELF_SIGNED_CERT';

suite(`what the server calls${skipNote(NO_OPENSSL)}`, () => {
  let directory: string;
  let pem: { readonly cert: Buffer; readonly key: Buffer };
  const servers: Server[] = [];

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'diga-tls-'));
    const { certFile, keyFile } = await makeCertificate(directory, 'peer');
    pem = { cert: await readFile(certFile), key: await readFile(keyFile) };
    applyOutboundDefaults();
  }, 30_000);
  afterAll(async () => {
    for (const server of servers) await new Promise((resolve) => server.close(resolve));
    await rm(directory, { recursive: true });
  });

  const peer = async (options: TlsOptions): Promise<string> => {
    const server = createServer({ ...pem, ...options }, (socket) => socket.end());
    server.on('tlsClientError', () => undefined);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  };
  const fetched = (host: string): Promise<string> =>
    fetch(`https://${host}/`).then(
      () => 'answered',
      (error: unknown) => (error as { cause: { code: string } }).cause.code,
    );
  const called = (host: string): Promise<number | string> => {
    const url = new URL(`https://${host}/`);
    const call = {
      subscription: { id: '1' },
      channel: { kind: 'rest-hook', url, payload: false, headers: [], secret: undefined },
      event: { type: 'Patient', id: '1', interaction: 'create' },
      text: '',
      versionId: '1',
      destinations: createDestinations(['*'], [url.host]),
      timeout: 5_000,
      signal: new AbortController().signal,
    } as unknown as RestHookCall;
    return callRestHook(call);
  };

  test('[R-255] TR-03161-3 O.Ntwk_3, O.Ntwk_4: P-256 is agreed on, and then the certificate is checked', async () => {
    const host = await peer({ ecdhCurve: 'P-256' });
    expect(await fetched(host)).toBe(AGREED);
    expect(await called(host)).toBe(AGREED);
  });

  test.each([
    ['X25519 alone', { ecdhCurve: 'X25519' }],
    ['ChaCha20 alone', { ciphers: 'TLS_CHACHA20_POLY1305_SHA256', minVersion: 'TLSv1.3' }],
    ['TLS 1.1', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' }],
  ] as const)('[R-255] a peer with %s is not talked to', async (_what, options) => {
    const host = await peer(options);
    for (const code of [await fetched(host), await called(host)]) {
      expect(code).toMatch(/^(?:ERR_SSL_|EPROTO|ECONNRESET)/);
    }
  });
});
