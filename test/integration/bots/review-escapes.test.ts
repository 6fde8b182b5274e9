import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { outsideFetch } from '../../../src/bots/isolated/outside-fetch.ts';
import { createDestinations } from '../../../src/subscriptions/destinations.ts';
import { type IsolatedRuns, isolatedRuns } from './isolated-run.ts';

/** Takes the place of what the process makes a request of, so that any frame reaches the server. */
const forge = (request: object): string => `
  const forged = ${JSON.stringify(request)};
  globalThis.Request = class {
    constructor() { Object.assign(this, { body: null, method: forged.method }); }
    get url() { return 'https://other.example/'; }
    get headers() { return Object.entries(forged.headers ?? {}); }
  };
  globalThis.URL = class { get origin() { return 'x'; } get href() { return forged.url; } };
`;

/** What a bot that has got hold of the sockets and streams of its process does with them. */
const STREAMS = `
  const { createHash } = require('crypto');
  let stream = createHash('sha256');
  const seen = [];
  while ((stream = Object.getPrototypeOf(stream)) && stream !== Object.prototype) {
    for (const name of ['write', 'emit', 'on', 'push', '_write']) {
      const original = Object.getOwnPropertyDescriptor(stream, name)?.value;
      if (typeof original !== 'function') continue;
      try {
        Object.defineProperty(stream, name, {
          configurable: true, writable: true,
          value(...given) { seen.push(this); return original.apply(this, given); },
        });
      } catch {}
    }
  }
  console.log('look');
  await new Promise((resolve) => setTimeout(resolve, 20));
`;

describe('deployed bots: ways out through what the process itself uses', () => {
  let runs: IsolatedRuns;
  let port: number;
  const paths: string[] = [];
  const server = createServer((request, response) => {
    paths.push(String(request.url));
    response.end('secret of the neighbourhood');
  });

  beforeAll(async () => {
    runs = isolatedRuns('process');
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ({ port } = server.address() as AddressInfo);
  });
  afterAll(async () => {
    await runs.close();
    await new Promise((resolve) => server.close(resolve));
  });

  const outside = {
    outside: (...asked: Parameters<typeof outsideFetchTo>) => outsideFetchTo(...asked),
  };
  const outsideFetchTo = (request: Parameters<typeof outsideFetch>[1], over: AbortSignal) =>
    outsideFetch(createDestinations(['*.example'], []), request, over);

  test.each([
    ['no URL', { method: 'GET', url: 'no url' }],
    ['a file', { method: 'GET', url: 'file:///etc/passwd' }],
    ['a tunnel', { method: 'CONNECT', url: 'https://other.example/' }],
    [
      'a header that splits',
      { method: 'GET', url: 'https://other.example/', headers: { 'a\r\nb': 'c' } },
    ],
    [
      'a value that splits',
      { method: 'GET', url: 'https://other.example/', headers: { a: 'b\r\nc: d' } },
    ],
    [
      'a header that is no text',
      { method: 'GET', url: 'https://other.example/', headers: { a: [1] } },
    ],
    ['credentials in the URL', { method: 'GET', url: 'https://a:b@other.example/' }],
  ])('a forged request with %s makes none, and the server goes on', async (_, request) => {
    const end = await runs.run(
      `${forge(request)} return await Promise.race([
        fetch('x').then((answer) => answer.status, (error) => String(error)),
        new Promise((resolve) => setTimeout(() => resolve('no answer'), 500)),
      ]);`,
      outside,
    );
    expect(end.kind).toBe('done');
    expect((end as { output: unknown }).output).toMatch(/not made|may not|failed|no answer/);
  });

  test.each(['http://127.0.0.1', 'http://localhost', 'http://0', 'http://[::ffff:127.0.0.1]'])(
    'a forged request to %s reaches no neighbour',
    async (origin) => {
      const url = `${origin}:${String(port)}/inside`;
      await runs.run(
        `${forge({ method: 'GET', url })} return await fetch('x').then((a) => a.text(), String);`,
        outside,
      );
      expect(paths).toEqual([]);
    },
  );

  test('who catches the channel by its prototypes opens no other descriptor and no connection', async () => {
    const end = await runs.run(`${STREAMS}
      const found = [];
      for (const one of new Set(seen)) {
        const Kind = one.constructor;
        for (const way of [
          () => new Kind({ fd: 1 }),
          () => new Kind({ fd: 4 }),
          () => new Kind().connect(${String(port)}, '127.0.0.1'),
          () => new one._handle.constructor(0).open(4),
          () => one._handle.open(4),
          () => new one._handle.constructor(0).connect({}, '127.0.0.1', ${String(port)}),
        ]) {
          try { way(); if (one._handle) found.push(String(way)); } catch {}
        }
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
      return [seen.length, found.filter((way) => !way.includes('new Kind()'))];`);
    expect(paths).toEqual([]);
    expect(end).toMatchObject({ kind: expect.stringMatching(/done|failed/) });
    if (end.kind === 'done') expect((end.output as [number, string[]])[1]).toEqual([]);
  });

  test.each([
    [
      'call sites of the stack',
      `Error.prepareStackTrace = (_, sites) => sites.map((site) => [typeof site.getThis(), typeof site.getFunction()]);
       const { stack } = new Error();
       return Array.isArray(stack) ? stack.flat().filter((kind) => kind !== 'undefined' && kind !== 'function') : [];`,
    ],
    [
      'callers of the handler',
      'try { return [arguments.callee.caller].filter((k) => k !== null).map(String); } catch { return []; }',
    ],
    [
      'globals of another realm',
      "return ['ShadowRealm', 'require', 'Deno', 'Bun', 'process.binding'].filter((name) => name in globalThis)",
    ],
    ['async hooks', "try { require('async_hooks'); return ['async_hooks']; } catch { return []; }"],
    [
      'diagnostics',
      "try { require('diagnostics_channel'); return ['open']; } catch { return []; }",
    ],
    [
      'workers by a blob',
      "return [typeof globalThis.Worker, typeof globalThis.SharedWorker].filter((k) => k !== 'undefined')",
    ],
    [
      'structured clones of handles',
      "try { structuredClone(fetch); return ['cloned']; } catch { return []; }",
    ],
  ])('%s lead nowhere', async (_, body) => {
    const end = await runs.run(body);
    expect(end).toEqual({ kind: 'done', output: [] });
  });
});
