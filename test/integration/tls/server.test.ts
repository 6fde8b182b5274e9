import { copyFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { connect as plain } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JWK } from 'jose';
import { X509Certificate, generateKeyPairSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { announcePin, firstSet } from '../../../src/http/tls/pins/change-set.ts';
import { signPinSet, verifyPinSet } from '../../../src/http/tls/pins/signed-set.ts';
import { spkiPin } from '../../../src/http/tls/spki-pin.ts';
import {
  makeCertificate,
  NO_OPENSSL,
  opensslClient,
  type TestCertificate,
} from '../../support/certificates.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { skipNote } from '../../support/skip-note.ts';

const suite = NO_OPENSSL === undefined ? describe : describe.skip;

suite(`the server with TLS of its own${skipNote(NO_OPENSSL)}`, () => {
  let directory: string;
  let server: TestServer;
  let live: TestCertificate;
  let reserve: TestCertificate;
  let unpinned: TestCertificate;
  let pins: { readonly secret: JWK; readonly open: JWK };
  const at = (name: string): string => join(directory, name);
  const pinOf = async ({ certFile }: TestCertificate): Promise<string> =>
    spkiPin(new X509Certificate(await readFile(certFile)).publicKey);
  const now = Math.floor(Date.now() / 1000);

  const use = async ({ certFile, keyFile }: TestCertificate): Promise<void> => {
    await copyFile(keyFile, at('key.new'));
    await rename(at('key.new'), at('key.pem'));
    await copyFile(certFile, at('cert.new'));
    await rename(at('cert.new'), at('cert.pem'));
  };
  const port = (): number => Number(new URL(server.url).port);
  const served = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const options = { port: port(), host: '127.0.0.1', rejectUnauthorized: false };
      const socket: TLSSocket = connect(options, () => {
        const { raw } = socket.getPeerCertificate();
        resolve(spkiPin(new X509Certificate(raw).publicKey));
        socket.destroy();
      });
      socket.on('error', reject);
    });
  const get = (path: string): Promise<{ status: number; headers: object; body: string }> =>
    new Promise((resolve, reject) => {
      const options = { rejectUnauthorized: false, agent: false };
      request(`${server.url}${path}`, options, (response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => (body += chunk.toString()));
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
        });
      })
        .on('error', reject)
        .end();
    });
  const until = async (done: () => Promise<boolean>): Promise<void> => {
    for (let round = 0; round < 100 && !(await done()); round += 1) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  const ledger = async (like: string): Promise<readonly string[]> =>
    (await server.audit()).map(({ detail }) => detail ?? '').filter((text) => text.includes(like));

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'diga-tls-'));
    [live, reserve, unpinned] = await Promise.all([
      makeCertificate(directory, 'live', { days: 20 }),
      makeCertificate(directory, 'reserve'),
      makeCertificate(directory, 'unpinned'),
    ]);
    await use(live);
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { d, ...open } = privateKey.export({ format: 'jwk' }) as JWK & { d: string };
    pins = { secret: { ...open, d }, open };
    const set = firstSet({
      host: '127.0.0.1',
      minApp: '1.0.0',
      pins: [await pinOf(live), await pinOf(reserve)],
      now,
    });
    await writeFile(at('pins.jws'), await signPinSet(set, pins.secret));
    await writeFile(at('pins.jwk'), JSON.stringify(open));
    const free = await freePort();
    await writeFile(
      at('listener.yaml'),
      JSON.stringify({
        http: {
          port: free,
          origin: `https://127.0.0.1:${String(free)}`,
          tls: {
            certificates: [{ certFile: at('cert.pem'), keyFile: at('key.pem') }],
            reloadSeconds: 1,
          },
          publishedPins: { file: at('pins.jws'), publicKeyFile: at('pins.jwk') },
        },
        metrics: { port: await freePort() },
      }),
    );
    server = await startTestServer({ file: at('listener.yaml') });
  }, 60_000);
  afterAll(async () => {
    await server.close();
    await rm(directory, { recursive: true });
  }, 60_000);

  test('[R-058] it answers by https, with HSTS, and to nobody without TLS', async () => {
    expect(await get('/health')).toMatchObject({
      status: 200,
      headers: { 'strict-transport-security': expect.stringMatching(/^max-age=63072000/) },
    });
    const answer = await new Promise<string>((resolve) => {
      let text = '';
      const socket = plain(port(), '127.0.0.1', () => socket.write('GET /health HTTP/1.1\r\n\r\n'));
      socket.on('data', (chunk) => (text += chunk.toString('latin1')));
      socket.on('error', () => undefined);
      socket.on('close', () => {
        resolve(text);
      });
    });
    expect(answer).not.toContain('HTTP/1.1');
  }, 30_000);

  test('TR-03161-3 O.Ntwk_8: a connection that does not come about is on the ledger and counted; a flood has two rows', async () => {
    for (let round = 0; round < 12; round += 1) {
      await opensslClient(port(), ['-groups', 'X25519']);
    }
    await until(async () => (await ledger('Connection refused: group')).length > 0);
    expect(await ledger('Connection refused: group')).toEqual(['Connection refused: group']);
    const { port: metrics = 0 } = server.config.metrics ?? {};
    const text = await (await fetch(`http://127.0.0.1:${String(metrics)}/metrics`)).text();
    expect(text).toContain('diga_tls_client_errors_total{reason="group"} 12');
    expect(text).toMatch(/diga_cert_expiry_seconds\{cert="ec"\} 1[67]\d{5}/);
    expect(text).toContain('diga_pins_future_valid{set="published"} 2');
    expect(text).toMatch(/diga_http_requests_total\{route="\/health",method="GET",status="200"\} /);
    expect((await fetch(`http://127.0.0.1:${String(metrics)}/other`)).status).toBe(404);
  }, 30_000);

  test('[R-256] the pins are published with a good signature, and hold the live key and one in reserve', async () => {
    const { status, headers, body } = await get('/.well-known/pin-set');
    expect({ status, headers }).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/jose', 'access-control-allow-origin': '*' },
    });
    const set = await verifyPinSet(body, pins.open);
    expect(set.pins.map(({ spki }) => spki)).toEqual([await served(), await pinOf(reserve)]);
  }, 30_000);

  test('a certificate that ends within 30 days is told once', async () => {
    await until(async () => (await ledger('A certificate of the listener ends')).length > 0);
    expect(await ledger('A certificate of the listener ends')).toHaveLength(1);
  }, 30_000);

  test('[R-256] a key that is not in the published set is not served, and that is on the ledger once', async () => {
    await use(unpinned);
    await until(async () => (await ledger('TLS_PIN_MISSING')).length > 0);
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(await ledger('TLS_PIN_MISSING')).toHaveLength(1);
    expect(await served()).toBe(await pinOf(live));
  }, 30_000);

  test('a broken file changes nothing; a good one is used without a restart, and connections live on', async () => {
    const before = connect({ port: port(), host: '127.0.0.1', rejectUnauthorized: false });
    await new Promise((resolve) => before.once('secureConnect', resolve));
    await writeFile(at('cert.pem'), 'no certificate');
    await until(async () => (await ledger('TLS_CERTIFICATE_INVALID')).length > 0);
    expect(await served()).toBe(await pinOf(live));
    await use(reserve);
    await until(async () => (await served()) === (await pinOf(reserve)));
    expect(await served()).toBe(await pinOf(reserve));
    await until(async () => (await ledger('Certificates were renewed')).length > 0);
    expect(await ledger('Certificates were renewed')).toHaveLength(1);
    const answer = new Promise<string>((resolve) => {
      before.once('data', (chunk: Buffer) => {
        resolve(chunk.toString());
      });
    });
    before.write('GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    expect(await answer).toContain('200 OK');
  }, 30_000);

  test('[R-256] an announced key is not served before its time, and an older set is not taken back', async () => {
    const old = await readFile(at('pins.jws'), 'utf8');
    const set = announcePin(await verifyPinSet(old, pins.open), await pinOf(unpinned), now);
    const text = await signPinSet(set, pins.secret);
    await writeFile(at('pins.jws'), text);
    await until(async () => (await get('/.well-known/pin-set')).body === text);
    await use(unpinned);
    await until(async () => (await ledger('its pin is valid from')).length > 0);
    expect(await served()).toBe(await pinOf(reserve));
    await use(reserve);
    await writeFile(at('pins.jws'), old);
    await until(async () => (await ledger('older than the published one')).length > 0);
    expect((await get('/.well-known/pin-set')).body).toBe(text);
  }, 30_000);
});

async function freePort(): Promise<number> {
  const { createServer } = await import('node:net');
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === 'object' && address !== null ? address.port : 0;
}
