import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliDecompressSync } from 'node:zlib';
import type { Bundle } from '../../bundle/open-bundle.ts';
import { consoleHandler } from '../../serve/handler.ts';

const SCRIPT = Buffer.from('export const answer = 42;');
const BROTLI = Buffer.from('CwyAZXhwb3J0IGNvbnN0IGFuc3dlciA9IDQyOwM=', 'base64');
const bundle: Bundle = {
  script: 'console-AAAA.js',
  styles: ['console-BBBB.css'],
  assets: new Map([
    ['console-AAAA.js', { content: SCRIPT, brotli: BROTLI }],
    ['console-BBBB.css', { content: Buffer.from('a{}'), brotli: undefined }],
  ]),
};

let server: Server;
let missing = false;
const reported: unknown[] = [];

beforeAll(async () => {
  const handler = consoleHandler({
    config: { idleMinutes: 15, title: 'A "console" <b>' },
    bundle: () => (missing ? Promise.reject(new TypeError('not built')) : Promise.resolve(bundle)),
    onMissing: (error) => reported.push(error),
  });
  server = createServer((incoming, response) => void handler(incoming, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
});

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** Sends the path as it is: `fetch` would take the dots out. */
function send(path: string, method = 'GET', headers: Record<string, string> = {}): Promise<Answer> {
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const { statusCode: status = 0, headers: got } = response;
        resolve({ status, headers: got, body: Buffer.concat(chunks) });
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}

describe('what the console serves', () => {
  test('CSP 3: the page allows scripts of this origin alone, nothing inline, no frame around it', async () => {
    const { status, headers, body } = await send('/console/Patient/1');
    expect(status).toBe(200);
    const policy = String(headers['content-security-policy']);
    const directives = Object.fromEntries(
      policy
        .split('; ')
        .map((one) => [one.slice(0, one.indexOf(' ')), one.slice(one.indexOf(' ') + 1)]),
    );
    expect(directives).toMatchObject({
      'default-src': "'none'",
      'script-src': "'self'",
      'connect-src': "'self'",
      'base-uri': "'none'",
      'frame-ancestors': "'none'",
    });
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    const nonce = /'nonce-([^']+)'/.exec(String(directives['style-src']))?.[1] ?? '';
    expect(nonce).toHaveLength(24);
    expect(body.toString()).toContain(`nonce="${nonce}"`);
    expect(body.toString()).not.toMatch(/<script(?![^>]*src=)/);
    expect((await send('/console/')).body.toString()).not.toContain(nonce);
    expect(headers['cache-control']).toBe('no-store');
  });

  test('the title cannot break out of the page', async () => {
    const text = (await send('/console/')).body.toString();
    expect(text).toContain('A &quot;console&quot; &lt;b&gt;');
    expect(text).not.toContain('<b>');
  });

  test('RFC 9111 5.2.2: files with a digest in their name never change; compressed for who takes it', async () => {
    const plain = await send('/console/assets/console-AAAA.js');
    expect(plain.headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-type': 'text/javascript; charset=utf-8',
      'x-content-type-options': 'nosniff',
      vary: 'Accept-Encoding',
    });
    expect(plain.body).toEqual(SCRIPT);
    const small = await send('/console/assets/console-AAAA.js', 'GET', {
      'accept-encoding': 'gzip, br',
    });
    expect(small.headers['content-encoding']).toBe('br');
    expect(brotliDecompressSync(small.body)).toEqual(SCRIPT);
    expect((await send('/console/assets/console-AAAA.js', 'HEAD')).body).toHaveLength(0);
  });

  test.each([
    '/console/assets/../manifest.json',
    '/console/assets/..%2f..%2fpackage.json',
    '/console/assets/%2e%2e/%2e%2e/package.json',
    '/console/assets/..\\..\\package.json',
    '/console/assets//etc/passwd',
    '/console/assets/console-AAAA.js/../../x',
    '/console/assets/console-AAAA.js%00.css',
    '/console/assets/console-AAAA.js.map',
    '/console/assets/console-AAAA.js.br',
    '/console/assets/manifest.json',
    '/console/assets/__proto__',
    '/console/assets/',
  ])('no path leads to another file: %s', async (path) => {
    const { status, body } = await send(path);
    expect(status).toBe(404);
    expect(body.toString()).toBe('There is no such file.\n');
  });

  test('only GET and HEAD', async () => {
    const { status, headers } = await send('/console/', 'POST');
    expect([status, headers['allow']]).toEqual([405, 'GET, HEAD']);
    expect((await send('/console')).headers['location']).toBe('/console/');
  });

  test('without a built page: 503 with the reason in words, and the error for the log', async () => {
    missing = true;
    const { status, headers, body } = await send('/console/');
    missing = false;
    expect(status).toBe(503);
    expect(headers['cache-control']).toBe('no-store');
    expect(body.toString()).toContain('was not built');
    expect(reported).toEqual([new TypeError('not built')]);
  });
});
