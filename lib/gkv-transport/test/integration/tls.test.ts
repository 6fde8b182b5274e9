import { createServer, type Server, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import { afterEach, describe, expect, test } from '@jest/globals';
import { postDiga, writeDigaMultipart } from '../../index.ts';
import { tlsIdentity } from '../support/tls-identity.ts';

const message = {
  iksender: '999999994',
  ikempfaenger: '669999017',
  verfahren: 'TDFC0',
  nutzdaten: new TextEncoder().encode('request'),
};

describe('BSI TR-02102-2: TLS towards the clearing points', () => {
  const identity = tlsIdentity('127.0.0.1');
  const elsewhere = tlsIdentity('10.0.0.1');
  const servers: Server[] = [];
  let seen: { readonly protocol: string | null; readonly authorized: boolean } | undefined;
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    }
  });

  const post = async (options: ServerOptions, tls: object = { ca: identity.cert }) => {
    const listening = createServer({ ...identity, ...options }, (request, response) => {
      const { socket } = request;
      if (socket instanceof TLSSocket) {
        seen = { protocol: socket.getProtocol(), authorized: socket.authorized };
      }
      request.resume();
      const { contentType, body } = writeDigaMultipart(message, 'antwort.cms');
      response.writeHead(200, { 'Content-Type': contentType }).end(body);
    });
    servers.push(listening);
    listening.on('tlsClientError', () => undefined);
    await new Promise<void>((done) => listening.listen(0, '127.0.0.1', done));
    const { port } = listening.address() as AddressInfo;
    return postDiga({ ...message, endpoint: `127.0.0.1:${port}`, allowLoopbackHttp: false, tls });
  };

  test.each(['TLSv1.2', 'TLSv1.3'] as const)('connects with %s', async (version) => {
    await post({ minVersion: version, maxVersion: version });
    expect(seen?.protocol).toBe(version);
  });

  test.each<[string, ServerOptions]>([
    ['TLS 1.1 only', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }],
    ['X25519 only', { ecdhCurve: 'X25519' }],
    ['ChaCha20-Poly1305 only', { ciphers: 'TLS_CHACHA20_POLY1305_SHA256', minVersion: 'TLSv1.3' }],
    ['CBC only', { ciphers: 'ECDHE-ECDSA-AES128-SHA256', maxVersion: 'TLSv1.2' }],
  ])('does not connect to a server with %s', async (_what, options) => {
    await expect(post(options)).rejects.toMatchObject({ code: 'TLS', retryable: true });
  });

  test('does not trust an unknown certificate, nor one for another host', async () => {
    await expect(post({}, {})).rejects.toMatchObject({ code: 'TLS' });
    await expect(post(elsewhere, { ca: elsewhere.cert })).rejects.toMatchObject({ code: 'TLS' });
  });

  test('presents a client certificate when the endpoint has one', async () => {
    const options = { requestCert: true, rejectUnauthorized: true, ca: elsewhere.cert };
    await post(options, { ca: identity.cert, ...elsewhere });
    expect(seen?.authorized).toBe(true);
    await expect(post(options)).rejects.toMatchObject({
      code: expect.stringMatching(/^(TLS|CONNECTION_LOST)$/),
    });
  });
});
