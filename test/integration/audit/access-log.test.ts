import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AuditEvent, Bundle } from '@medplum/fhirtypes';
import type { FhirClient } from '../../support/fhir-client.ts';
import { observable, observation } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  const full = server.as('full');
  for (const who of ['a', 'b']) {
    await full.put(`Observation/${who}1`, observation(`patient-${who}`, { id: `${who}1` }));
    await server.as(`patient-${who}` as 'patient-a').get(`Observation/${who}1`);
  }
}, 60_000);
afterAll(() => server.close(), 30_000);

async function events(client: FhirClient, query = ''): Promise<readonly AuditEvent[]> {
  const answer = await client.get(`AuditEvent?_count=500${query}`);
  expect(answer.status).toBe(200);
  return (answer.json<Bundle>().entry ?? []).map(({ resource }) => resource as AuditEvent);
}

const patientsOf = (event: AuditEvent): readonly string[] =>
  (event.entity ?? []).flatMap(({ what }) =>
    what?.reference?.startsWith('Patient/') === true ? [what.reference] : [],
  );

describe('the access log of a patient', () => {
  test('[R-123] one search gives everything that was done with their data, by anybody', async () => {
    const found = await events(server.as('patient-a'));
    const accesses = found.map((event) => {
      const who = event.agent.find(({ requestor }) => requestor)?.who;
      // R4 lets no agent be a ClientApplication.
      return [event.subtype?.[0]?.code, who?.reference ?? who?.identifier?.value];
    });
    expect(accesses).toContainEqual(['create', 'ClientApplication/full']);
    expect(accesses).toContainEqual(['read', 'Patient/patient-a']);
  });

  test('[R-054] nothing in it is about anybody else', async () => {
    const found = await events(server.as('patient-a'));
    expect(found.length).toBeGreaterThan(1);
    for (const event of found) {
      expect(patientsOf(event)).toContain('Patient/patient-a');
      expect(JSON.stringify(event)).not.toContain('patient-b');
    }
  });

  test('[R-054] asking for the log of somebody else finds nothing, as if there were none', async () => {
    const a = server.as('patient-a');
    for (const query of [
      '&patient=Patient/patient-b',
      '&agent=Patient/patient-b',
      '&entity=Observation/b1',
    ]) {
      expect(await events(a, query)).toEqual([]);
    }
    const [foreign] = await events(server.as('auditor'), '&patient=Patient/patient-b');
    const id = foreign?.id ?? '';
    expect((await server.as('auditor').get(`AuditEvent/${id}`)).status).toBe(200);
    const free = '0'.repeat(32);
    expect(observable(await a.get(`AuditEvent/${id}`), id)).toEqual(
      observable(await a.get(`AuditEvent/${free}`), free),
    );
  });

  test('pages of the log show each event once', async () => {
    const auditor = server.as('auditor');
    const expected = (await events(auditor, '&patient=Patient/patient-a')).map(
      ({ id }) => id ?? '',
    );
    const seen: string[] = [];
    // Oldest first: reading the log is an access that the log grows by.
    let url: string | undefined = 'AuditEvent?patient=Patient/patient-a&_count=2&_sort=date';
    while (url !== undefined && seen.length < expected.length) {
      const page: Bundle = (await auditor.get(url)).json<Bundle>();
      seen.push(...(page.entry ?? []).map(({ resource }) => resource?.id ?? ''));
      url = page.link?.find(({ relation }) => relation === 'next')?.url;
    }
    expect(expected.length).toBeGreaterThan(3);
    expect(seen.slice(0, expected.length)).toEqual(expected.toReversed());
  });
});

describe('AuditEvents cannot be written through the API', () => {
  const event = {
    resourceType: 'AuditEvent',
    id: 'x',
    type: { code: 'rest' },
    recorded: '2026-01-01T00:00:00Z',
    agent: [{ requestor: true }],
    source: { observer: { display: 'x' } },
  };

  test.each([
    ['POST', 'AuditEvent'],
    ['PUT', 'AuditEvent/x'],
    ['PATCH', 'AuditEvent/x'],
    ['DELETE', 'AuditEvent/x'],
    ['GET', 'AuditEvent/x/_history'],
  ])('[R-052] %s %s is not allowed, whoever asks', async (method, path) => {
    const sent = method === 'GET' || method === 'DELETE' ? {} : { body: event };
    const answer = await server.as('full').send(method, path, sent);
    expect([answer.status, answer.codes()]).toEqual([405, ['FHIR_METHOD_NOT_ALLOWED']]);
  });

  test.each(['batch', 'transaction'])('[R-052] nor in a %s', async (type) => {
    for (const request of [
      { method: 'POST', url: 'AuditEvent' },
      { method: 'PUT', url: 'AuditEvent/x' },
      { method: 'DELETE', url: 'AuditEvent/x' },
    ]) {
      const entry = [{ request, ...(request.method === 'DELETE' ? {} : { resource: event }) }];
      const answer = await server.as('full').post('', { resourceType: 'Bundle', type, entry });
      expect(answer.text).toContain('FHIR_METHOD_NOT_ALLOWED');
    }
    const { rows } = await server.sql.query(
      "select 1 from resource r join resource_type t on t.code = r.type where t.name = 'AuditEvent'",
    );
    expect(rows).toEqual([]);
  });
});
