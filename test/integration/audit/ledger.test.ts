import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { observation } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let runtime: pg.Client;
let owner: pg.Client;

beforeAll(async () => {
  server = await startTestServer();
  const { url, ownerUrl } = server.databases.urls.clinical;
  runtime = new pg.Client({ connectionString: url });
  owner = new pg.Client({ connectionString: ownerUrl });
  await Promise.all([runtime.connect(), owner.connect()]);
  await server.as('full').put('Observation/a1', observation('patient-a', { id: 'a1' }));
}, 60_000);
afterAll(async () => {
  await Promise.all([runtime.end(), owner.end()]);
  await server.close();
}, 30_000);

const CHANGES = [
  "update audit_event set detail = 'changed'",
  'update audit_event set detail = null where false',
  'delete from audit_event',
  'delete from audit_event where false',
  'truncate audit_event',
];

async function stateOf(client: pg.Client, sql: string): Promise<string> {
  try {
    await client.query(sql);
    return 'done';
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return `${code} ${message}`;
  }
}

describe('the ledger is append-only', () => {
  test.each(CHANGES)('[R-052] the role of the server has no right to: %s', async (sql) => {
    expect(await stateOf(runtime, sql)).toBe('42501 permission denied for table audit_event');
  });

  test.each(CHANGES)('[R-052] a trigger refuses even the owner: %s', async (sql) => {
    expect(await stateOf(owner, sql)).toBe('42501 the audit ledger is append-only');
  });

  test.each([
    'drop table audit_event',
    'alter table audit_event disable trigger audit_event_append_only',
    'drop trigger audit_event_append_only on audit_event',
    "create or replace function refuse_change() returns trigger language plpgsql as 'begin return old; end'",
    'alter table audit_event owner to current_user',
    'create rule r as on insert to audit_event do instead nothing',
    "set session_replication_role = 'replica'",
  ])('[R-052] the role of the server cannot take the guard away: %s', async (sql) => {
    expect(await stateOf(runtime, sql)).toMatch(/^42501 /);
  });
});

describe('no row, no answer', () => {
  test.each([
    ['read', 'GET', 'Observation/a1', undefined],
    ['search', 'GET', 'Observation', undefined],
    ['history', 'GET', 'Observation/a1/_history', undefined],
    ['create', 'POST', 'Observation', observation('patient-a')],
    ['update', 'PUT', 'Observation/a1', observation('patient-a', { id: 'a1', status: 'amended' })],
    ['read that is refused', 'GET', 'Practitioner/x', undefined],
  ])(
    '[R-143] when the ledger cannot be written, %s fails with 503 and tells nothing',
    async (_name, method, path, body) => {
      const a = server.as('patient-a');
      const count = async (): Promise<unknown> =>
        (await server.sql.query('select count(*) from resource')).rows;
      const before = await count();
      const role = new URL(server.databases.urls.clinical.url).username;
      await server.sql.query(`revoke insert on audit_event from ${role}`);
      try {
        const answer = await a.send(method, path, { body });
        expect(answer.status).toBe(503);
        expect(answer.codes()).toEqual(['SERVER_AUDIT_UNAVAILABLE']);
        expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
        expect(answer.text).not.toContain('29463-7');
        expect(await count()).toEqual(before);
      } finally {
        await server.sql.query(`grant insert on audit_event to ${role}`);
      }
      expect((await a.get('Observation/a1')).json<{ status: string }>().status).toBe('final');
    },
  );
});
