import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AuditEvent, Bundle } from '@medplum/fhirtypes';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { createTestDatabases } from '../../support/test-databases.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
}, 60_000);
afterAll(() => server.close(), 30_000);

/** Columns of security events after a row, as `type/subtype`, with outcome and agent. */
async function securityEvents(after: string): Promise<readonly object[]> {
  const { rows } = await server.sql.query<Record<string, string>>(
    `select concat_ws('/', security_type, security_subtype) as code, outcome, agent, type, resource_id
     from audit_event where seq > $1 and security_type is not null order by seq`,
    [after],
  );
  return rows;
}

describe('changes of who may do what', () => {
  const policy = {
    resourceType: 'AccessPolicy',
    id: 'extra',
    name: 'extra',
    resource: [{ resourceType: 'Basic' }],
  };
  test.each([
    ['AccessPolicy', policy, '110113/110136'],
    [
      'ProjectMembership',
      {
        resourceType: 'ProjectMembership',
        id: 'extra',
        project: { reference: 'Project/test' },
        user: { reference: 'User/x' },
        profile: { reference: 'Practitioner/nobody' },
      },
      '110113/110137',
    ],
    [
      'ClientApplication',
      { resourceType: 'ClientApplication', id: 'extra', name: 'x' },
      '110113/110129',
    ],
  ])(
    '[R-197] writing a %s is a security event beside the access, and so is a refused attempt',
    async (type, resource, code) => {
      const before = await server.auditHead();
      const written = await server.as('full').put(`${type}/extra`, resource);
      expect(written.status).toBeLessThan(300);
      await server.as('patient-a').put(`${type}/extra`, resource);
      await server.as('full').delete(`${type}/extra`);
      const event = { code, type, resource_id: 'extra' };
      expect(await securityEvents(before)).toEqual([
        { ...event, outcome: 0, agent: 'ClientApplication/full' },
        { ...event, outcome: 8, agent: 'Patient/patient-a' },
        { ...event, outcome: 0, agent: 'ClientApplication/full' },
      ]);
    },
  );

  test('[R-043] the event and the change are one: without one there is not the other', async () => {
    const { sql } = server;
    await sql.query(
      "alter table audit_event add constraint no_roles check (security_subtype is distinct from '110136') not valid",
    );
    try {
      const answer = await server.as('full').put('AccessPolicy/extra', policy);
      expect(answer.status).toBe(503);
      expect((await server.as('full').get('AccessPolicy/extra')).status).not.toBe(200);
    } finally {
      await sql.query('alter table audit_event drop constraint no_roles');
    }
  });
});

describe('operations for the operator', () => {
  test.each([
    ['$expunge', { name: 'expungeDeletedResources', valueBoolean: true }, '110113/110132'],
    ['$reindex', undefined, '110113/110132'],
  ])('[R-197] %s is a security event, allowed or refused', async (path, parameter, code) => {
    const before = await server.auditHead();
    const body = {
      resourceType: 'Parameters',
      ...(parameter === undefined ? {} : { parameter: [parameter] }),
    };
    await server.as('full').post(path, body);
    await server.as('patient-a').post(path, body);
    expect(await securityEvents(before)).toEqual([
      expect.objectContaining({ code, outcome: 0, agent: 'ClientApplication/full' }),
      expect.objectContaining({ code, outcome: 8, agent: 'Patient/patient-a' }),
    ]);
  });
});

describe('requests without a valid token', () => {
  test.each([
    ['no token', {}, 'AUTH_TOKEN_MISSING'],
    ['a bad token', { authorization: 'Bearer nonsense' }, 'AUTH_TOKEN_INVALID'],
    ['an expired token', { authorization: 'Bearer test-expired' }, 'AUTH_TOKEN_EXPIRED'],
  ])(
    '[R-273] [R-274] %s: on record when the answer arrives, with where from, without the token',
    async (_name, headers, code) => {
      const before = await server.auditHead();
      const answer = await server
        .anonymous()
        .get('Patient/patient-a', { ...headers, 'x-request-id': 'refused-1' });
      expect(answer.status).toBe(401);
      const rows = await server.audit(before);
      expect(rows).toEqual([
        expect.objectContaining({
          interaction: 'security',
          security_type: '110114',
          outcome: 8,
          agent: null,
          detail: code,
          request_id: 'refused-1',
          network: '127.0.0.1',
          patient: null,
          resource_id: null,
        }),
      ]);
      for (let n = 0; n < 20; n += 1) await server.anonymous().get('Patient/patient-a', headers);
      expect(await server.audit(before)).toHaveLength(1);
    },
  );
});

test('[R-197] start and stop are on record, with software and the digest of the configuration, without secrets', async () => {
  const databases = await createTestDatabases();
  try {
    const first = await startTestServer({ databases });
    await first.close();
    const second = await startTestServer({ databases, settings: ['http.maxBodyBytes=4096'] });
    const { rows } = await second.sql.query<{ code: string; detail: string; agent: string }>(
      `select concat_ws('/', security_type, security_subtype) as code, detail, agent from audit_event
       where security_subtype in ('110120', '110121', '110131') and agent = 'Device/diga-server' order by seq`,
    );
    expect(rows.map(({ code }) => code)).toEqual([
      '110100/110120',
      '110113/110131',
      '110100/110121',
      '110100/110120',
      '110113/110131',
    ]);
    const [one, other] = rows.filter(({ code }) => code.endsWith('110131'));
    expect(one?.detail).toMatch(
      /^diga-server 0\.0\.0-test; mode \w+; plugins test-auth; bots none; configuration sha256:[0-9a-f]{64}$/,
    );
    expect(other?.detail).not.toBe(one?.detail);
    await second.close();
  } finally {
    await databases.drop();
  }
}, 60_000);

test('[R-250] [R-275] reading the ledger is on record as a use of the audit log', async () => {
  await server.as('auditor').get('AuditEvent?_count=1');
  const found = await server.as('auditor').get('AuditEvent?type=110101&_count=1');
  const [event] = (found.json<Bundle>().entry ?? []).map(({ resource }) => resource as AuditEvent);
  expect(event?.type.code).toBe('110101');
  expect(event?.subtype?.map(({ code }) => code)).toEqual(['search-type']);
  expect(event?.agent.find(({ requestor }) => requestor)?.who?.reference).toBe(
    'Practitioner/auditor',
  );
});
