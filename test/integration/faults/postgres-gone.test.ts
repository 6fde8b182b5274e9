import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { startEmbeddedPostgres } from '../../../src/postgres/embedded.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

/** Where the embedded PostgreSQL listens; a fixed place, so that it is found again when it is back. */
const PORT = 20_000 + (process.pid % 20_000);

let directory: string;
let postgres: Awaited<ReturnType<typeof startEmbeddedPostgres>> | undefined;
let server: TestServer;

const startPostgres = () =>
  startEmbeddedPostgres({ dataDirectory: directory, port: PORT, log: pino({ level: 'silent' }) });

/** The socket lies elsewhere after every start, the port does not. */
function overTcp(url: string): string {
  const changed = new URL(url);
  changed.host = `127.0.0.1:${String(PORT)}`;
  return changed.href;
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'diga-postgres-'));
  postgres = await startPostgres();
  const urls = Object.fromEntries(
    Object.entries(postgres.urls).map(([area, { url, ownerUrl }]) => [
      area,
      { url: overTcp(url), ownerUrl: overTcp(ownerUrl) },
    ]),
  ) as typeof postgres.urls;
  server = await startTestServer({
    databases: { urls, superuserUrl: urls.clinical.ownerUrl, drop: () => Promise.resolve() },
  });
}, 120_000);
afterAll(async () => {
  await server.close();
  await postgres?.close();
  await rm(directory, { recursive: true });
}, 60_000);

describe('PostgreSQL stops and comes back', () => {
  test('meanwhile every request is 503 with Retry-After, then the same server works again', async () => {
    const full = server.as('full');
    const created = await full.post('Patient', { resourceType: 'Patient' });
    const { id } = created.json<{ id: string }>();
    for (let outage = 0; outage < 2; outage += 1) {
      await postgres?.close();
      postgres = undefined;
      for (const [method, path, body] of [
        ['GET', `Patient/${id}`, undefined],
        ['GET', 'Patient', undefined],
        ['POST', 'Patient', { resourceType: 'Patient' }],
        ['PUT', `Patient/${id}`, { resourceType: 'Patient', id, active: false }],
        ['DELETE', `Patient/${id}`, undefined],
        ['GET', 'AuditEvent', undefined],
      ] as const) {
        const answer = await full.send(method, path, body === undefined ? {} : { body });
        expect([method, path, answer.status]).toEqual([method, path, 503]);
        expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
        expect(answer.text).not.toMatch(/ECONNREFUSED|127\.0\.0\.1|\.ts:/);
      }
      // Whose policy is not known yet is told the same, and not that nothing is allowed.
      const stranger = await server.as('patient-b').get('Patient/patient-b');
      expect([403, 503]).toContain(stranger.status);
      expect(stranger.status).toBe(503);
      const health = await fetch(`${server.url}/health`);
      expect([health.status, await health.json()]).toEqual([503, { status: 'fail' }]);

      await sleep(1_500);
      postgres = await startPostgres();
      const start = performance.now();
      let status = 0;
      while (status !== 200 && performance.now() - start < 15_000) {
        ({ status } = await full.get(`Patient/${id}`));
        if (status !== 200) await sleep(200);
      }
      expect(status).toBe(200);
      expect((await fetch(`${server.url}/health`)).status).toBe(200);
      expect((await full.post('Patient', { resourceType: 'Patient' })).status).toBe(201);
      expect((await full.get(`Patient/${id}`)).headers.get('etag')).toBe('W/"1"');
    }
  }, 180_000);
});
