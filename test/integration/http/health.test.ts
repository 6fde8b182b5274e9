import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { cors } from '../../../src/http/cors.ts';
import { listen } from '../../../src/http/listen.ts';
import { securityHeaders } from '../../../src/http/security-headers.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
}, 60_000);
afterAll(() => server.close(), 30_000);

async function health(url: string): Promise<readonly unknown[]> {
  const answer = await fetch(`${url}/health`);
  const body: unknown = await answer.json();
  return [answer.status, answer.headers.get('content-type'), body];
}

const TYPE = 'application/health+json';

describe('draft-inadarei-api-health-check 3: /health', () => {
  test('fails while the database lets nobody in, without a stack in the log, and passes again', async () => {
    expect(await health(server.url)).toEqual([200, TYPE, { status: 'pass' }]);
    const url = new URL(server.databases.superuserUrl);
    const name = url.pathname.slice(1);
    url.pathname = '/postgres';
    const outside = new pg.Client({ connectionString: url.href });
    await outside.connect();
    await outside.query(`alter database "${name}" allow_connections false`);
    try {
      await outside.query(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = $1',
        [name],
      );
      expect(await health(server.url)).toEqual([503, TYPE, { status: 'fail' }]);
    } finally {
      await outside.query(`alter database "${name}" allow_connections true`);
      await outside.end();
    }
    const logged = server.log.filter(({ event }) => event === 'request.unavailable');
    expect(logged).toContainEqual(
      expect.objectContaining({
        level: 40,
        code: 'SERVER_DATABASE_UNAVAILABLE',
        because: expect.any(String),
      }),
    );
    expect(JSON.stringify(logged)).not.toContain('stack');
    expect(server.log.filter(({ event }) => event === 'request.failed')).toEqual([]);
    expect(await health(server.url)).toEqual([200, TYPE, { status: 'pass' }]);
  });

  test('fails when nothing is known after five seconds: a connection may be open and silent', async () => {
    const silent = await listen({
      host: '127.0.0.1',
      port: 0,
      fhir: () => Promise.resolve(),
      route: () => undefined,
      healthy: () => Promise.withResolvers<boolean>().promise,
      onError: () => undefined,
      bounds: { maxConnections: 10 },
      hop: () => undefined,
      hopRefused: () => undefined,
      cors: cors([]),
      headers: securityHeaders('http://localhost'),
      document: () => undefined,
    });
    try {
      expect(await health(`http://127.0.0.1:${String(silent.port)}`)).toEqual([
        503,
        TYPE,
        { status: 'fail' },
      ]);
    } finally {
      await silent.close(100);
    }
  }, 10_000);
});
