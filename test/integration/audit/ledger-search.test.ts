import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AuditEvent, Bundle } from '@medplum/fhirtypes';
import { observation } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let all: readonly AuditEvent[] = [];

async function found(query: string): Promise<readonly AuditEvent[]> {
  const answer = await server.as('auditor').get(`AuditEvent?_count=1000${query}`);
  expect(answer.status).toBe(200);
  return (answer.json<Bundle>().entry ?? []).map(({ resource }) => resource as AuditEvent);
}

beforeAll(async () => {
  server = await startTestServer();
  const full = server.as('full');
  await full.put('Observation/a1', observation('patient-a', { id: 'a1' }));
  await server.as('patient-a').get('Observation/a1');
  await server.as('patient-a').get('Observation?code=29463-7');
  await server.as('patient-a').get('Practitioner/x');
  await server.as('clinician').get('Patient/patient-a');
  await full.get('Patient/patient-a/$everything');
  await full.post('$graphql', { query: '{ ObservationList { id } }' });
  await full.put('AccessPolicy/extra', {
    resourceType: 'AccessPolicy',
    id: 'extra',
    resource: [{ resourceType: 'Basic' }],
  });
  await server.anonymous().get('Patient');
  await found('');
  all = await found('');
}, 60_000);
afterAll(() => server.close(), 30_000);

const codings = (event: AuditEvent) => event.entity ?? [];
const requestor = ({ agent }: AuditEvent) => agent.find((one) => one.requestor);

/** Each parameter, and what it means on the event itself. */
const PARAMETERS: readonly (readonly [query: string, holds: (event: AuditEvent) => boolean])[] = [
  ['action=R', ({ action }) => action === 'R'],
  ['action=E', ({ action }) => action === 'E'],
  ['agent=Patient/patient-a', (event) => requestor(event)?.who?.reference === 'Patient/patient-a'],
  ['agent-role=patient', (event) => requestor(event)?.role?.[0]?.text === 'patient'],
  [
    'agent:missing=true',
    (event) =>
      requestor(event)?.who?.reference === undefined &&
      requestor(event)?.who?.identifier?.system === undefined,
  ],
  [
    'entity=Observation/a1',
    (event) =>
      codings(event).some(({ what }) => what?.reference?.startsWith('Observation/a1') === true),
  ],
  ['entity-type=2', (event) => codings(event).some(({ type }) => type?.code === '2')],
  ['entity-type=4', (event) => codings(event).some(({ type }) => type?.code === '4')],
  [
    'entity-type=XrequestId',
    (event) => codings(event).some(({ type }) => type?.code === 'XrequestId'),
  ],
  ['entity-role=1', (event) => codings(event).some(({ role }) => role?.code === '1')],
  ['entity-role=4', (event) => codings(event).some(({ role }) => role?.code === '4')],
  ['entity-role=20', (event) => codings(event).some(({ role }) => role?.code === '20')],
  ['entity-role=24', (event) => codings(event).some(({ role }) => role?.code === '24')],
  ['outcome=8', ({ outcome }) => outcome === '8'],
  ['outcome=0,4', ({ outcome }) => outcome === '0' || outcome === '4'],
  [
    'patient=Patient/patient-a',
    (event) =>
      codings(event).some(
        ({ role, what }) => role?.code === '1' && what?.reference === 'Patient/patient-a',
      ),
  ],
  [
    'policy=urn:ietf:params:oauth:jti:jti-patient-a',
    (event) => requestor(event)?.policy?.[0] === 'urn:ietf:params:oauth:jti:jti-patient-a',
  ],
  [
    'policy=urn:x-diga-server:AccessPolicy:full%230',
    ({ agent }) =>
      agent.some(
        ({ policy }) => policy?.includes('urn:x-diga-server:AccessPolicy:full#0') === true,
      ),
  ],
  ['source=Device/diga-server', () => true],
  ['source=Device/another', () => false],
  ['subtype=read', ({ subtype }) => subtype?.some(({ code }) => code === 'read') === true],
  [
    'subtype=operation',
    ({ subtype }) => subtype?.some(({ code }) => code === 'operation') === true,
  ],
  [
    'subtype=search-system',
    ({ subtype }) => subtype?.some(({ code }) => code === 'search-system') === true,
  ],
  [
    'subtype=AuthZ-Role',
    ({ subtype }) => subtype?.some(({ code }) => code === 'AuthZ-Role') === true,
  ],
  [
    'subtype=http://dicom.nema.org/resources/ontology/DCM|110136',
    ({ subtype }) => subtype?.some(({ code }) => code === '110136') === true,
  ],
  ['type=rest', ({ type }) => type.code === 'rest'],
  ['type=110101', ({ type }) => type.code === '110101'],
  ['type=110113', ({ type }) => type.code === '110113'],
  [
    'address=127.0.0.9',
    ({ agent }) => agent.some(({ network }) => network?.address === '127.0.0.0'),
  ],
  ['address=192.0.2.1', () => false],
  ['date=gt2020-01-01', () => true],
  ['date=lt2020-01-01', () => false],
  ['_lastUpdated=gt2020-01-01', () => true],
];

describe('searching AuditEvents', () => {
  test.each(PARAMETERS)(
    '[R-053] %s finds those of which it is true, and no others',
    async (query, holds) => {
      const known = new Set(all.map(({ id }) => id));
      const hits = (await found(`&${query}`)).filter(({ id }) => known.has(id));
      expect(hits.map(({ id }) => id)).toEqual(all.filter(holds).map(({ id }) => id));
    },
  );

  test('the address is shown as its network; the ledger has the whole one', async () => {
    for (const { agent } of all)
      for (const { network } of agent) expect(network?.address).not.toBe('127.0.0.1');
    const rows = (await server.audit()).filter((row) => 'network' in row && row.network !== null);
    expect(rows.length).toBeGreaterThan(5);
    for (const row of rows) expect(row).toMatchObject({ network: '127.0.0.1' });
  });

  test('by its site', async () => {
    const { site } = all[0]?.source ?? {};
    expect((await found(`&site=${site ?? ''}`)).length).toBeGreaterThanOrEqual(all.length);
    expect(await found('&site=elsewhere')).toEqual([]);
  });

  test('_summary=count, _total and _id', async () => {
    const auditor = server.as('auditor');
    const count = (await auditor.get('AuditEvent?outcome=8&_summary=count')).json<Bundle>();
    expect(count.total).toBe(all.filter(({ outcome }) => outcome === '8').length);
    expect(count.entry).toBeUndefined();
    const id = all[0]?.id ?? '';
    expect((await found(`&_id=${id}`)).map((event) => event.id)).toEqual([id]);
  });

  test.each(['policy=x', 'address=127.0.0.1', 'action=R&policy=x'])(
    'a patient cannot search by what their log does not show: %s',
    async (query) => {
      const answer = await server.as('patient-a').get(`AuditEvent?${query}`);
      expect([answer.status, answer.codes()]).toEqual([403, ['ACCESS_PARAMETER_BLOCKED']]);
    },
  );

  test.each([
    'entity-name=x',
    'agent-name=x',
    'altid=x',
    'patient.name=x',
    '_has:Provenance:entity:_id=x',
  ])('what the ledger has no column for is refused, not ignored: %s', async (query) => {
    const answer = await server.as('auditor').get(`AuditEvent?${query}`);
    expect(answer.status).toBe(400);
  });
});
