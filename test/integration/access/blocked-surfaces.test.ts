import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FhirClient } from '../../support/fhir-client.ts';
import { observable, observation } from '../../support/resources.ts';
import type { TestServer } from '../../support/server.ts';
import { expectBlocked, expectStored, idsOf, KVNR, startBlockedServer } from './blocked-server.ts';

let server: TestServer;
let full: FhirClient;
let blind: FhirClient;
let partner: FhirClient;

beforeAll(async () => {
  ({ server, full, blind, partner } = await startBlockedServer());
}, 120_000);
afterAll(() => server.close(), 30_000);

describe('[R-040][R-121] every other surface', () => {
  test('a search of several types', async () => {
    const answer = await blind.get('?_type=Patient,Encounter&_lastUpdated=ge2026');
    expectBlocked(answer, '_lastUpdated', 'blind#0');
    expectBlocked(await blind.get('?_type=Patient&_sort=_lastUpdated'), '_lastUpdated', 'blind#0');
  });

  test('conditional interactions', async () => {
    const body = { resourceType: 'Patient', active: true };
    const criteria = 'birthdate=1970-01-01';
    const rule = 'partner#0';
    for (const answer of [
      await partner.post('Patient', body, { 'if-none-exist': criteria }),
      await partner.put(`Patient?${criteria}`, body),
      await partner.patch(`Patient?${criteria}`, [{ op: 'add', path: '/active', value: true }]),
      await partner.delete(`Patient?${criteria}`),
    ]) {
      expectBlocked(answer, 'birthdate', rule);
    }
    const stillThere = await full.get('Patient?birthdate=1970-01-01');
    expect(idsOf(stillThere)).toHaveLength(2);
  });

  test('a parameter that the policy names itself', async () => {
    const kvnr = `identifier=${KVNR}|A000000006`;
    expectBlocked(await partner.get(`Patient?${kvnr}`), 'identifier', 'partner#0');
    expectBlocked(
      await partner.get(`Observation?subject:Patient.${kvnr}`),
      'identifier',
      'partner#0',
    );
    const body = { resourceType: 'Patient' };
    const conditional = await partner.post('Patient', body, { 'if-none-exist': kvnr });
    expectBlocked(conditional, 'identifier', 'partner#0');
  });

  test('match URLs and conditional references in Bundles', async () => {
    const entryOf = (request: object, resource: object) => ({ request, resource });
    const bundles = [
      entryOf(
        { method: 'POST', url: 'Patient', ifNoneExist: 'birthdate=1970-01-01' },
        { resourceType: 'Patient' },
      ),
      entryOf({ method: 'PUT', url: 'Patient?birthdate=1970-01-01' }, { resourceType: 'Patient' }),
      entryOf(
        { method: 'POST', url: 'Observation' },
        observation('x', { subject: { reference: 'Patient?birthdate=1988-08-08' } }),
      ),
    ];
    for (const entry of bundles) {
      const bundle = { resourceType: 'Bundle', type: 'transaction', entry: [entry] };
      expectBlocked(await partner.post('', bundle), 'birthdate', 'partner#0');
    }
    const batch = {
      resourceType: 'Bundle',
      type: 'batch',
      entry: [{ request: { method: 'GET', url: 'Patient?birthdate=1970-01-01' } }],
    };
    const answer = await partner.post('', batch);
    expect(answer.text).toContain('ACCESS_PARAMETER_BLOCKED');
    expect(answer.text).not.toContain('searchset');
  });

  test.each([
    ['an argument', '{ PatientList(birthdate: "1970-01-01") { id } }'],
    ['_filter', '{ PatientList(_filter: "family sw A") { id } }'],
    ['_sort', '{ PatientConnection(_sort: "birthdate") { count edges { resource { id } } } }'],
    ['a count', '{ PatientConnection(name: "A") { count } }'],
    [
      'what refers to it',
      '{ Patient(id: "seen") { ObservationList(_reference: subject, value_quantity: "5") { id } } }',
    ],
  ])('GraphQL: %s', async (_what, query) => {
    const answer = await blind.post('$graphql', { query });
    expect(answer.text).toContain('hides from you');
    expect(answer.text).not.toContain('"seen"');
  });

  test('Subscription criteria, when they are written', async () => {
    const subscription = (criteria: string) => ({
      resourceType: 'Subscription',
      status: 'requested',
      reason: 'test',
      criteria,
      channel: { type: 'websocket' },
    });
    const answer = await blind.post('Subscription', subscription('Patient?birthdate=1970-01-01'));
    expectBlocked(answer, 'birthdate', 'blind#0');
    expect((await blind.post('Subscription', subscription('Patient?gender=male'))).status).toBe(
      201,
    );
  });

  test('operations that narrow or place by hidden elements', async () => {
    expectBlocked(
      await blind.get(
        'Observation/$stats?subject=Patient/seen&code=29463-7&system=http://loinc.org&statistic=average',
      ),
      'value-quantity',
      'blind#1',
    );
    expectBlocked(
      await blind.get('Observation/$lastn?patient=Patient/seen&value-quantity=gt4'),
      'value-quantity',
      'blind#1',
    );
    expect(idsOf(await blind.get('Observation/$lastn?patient=Patient/seen'))).toEqual(['o-seen']);
    expectBlocked(
      await blind.get('Patient/seen/$everything?_since=2026-01-01T00:00:00Z'),
      '_since',
      'blind#',
    );
    expect((await blind.get('Patient/seen/$everything')).status).toBe(200);
  });

  test('moments of change in a history', async () => {
    expectBlocked(await blind.get('Patient/seen/_history?_since=2026'), '_since', 'blind#0');
    expectBlocked(await blind.get('Patient/_history?_at=2026'), '_at', 'blind#0');
    expect((await blind.get('Encounter/_history')).status).toBe(200);
    // What is hidden of a Patient may stand in the reference of an Encounter.
    expectBlocked(await blind.get('Encounter/_history?_since=2026'), '_since', 'blind#0');
  });

  test('the CapabilityStatement is the same for everybody', async () => {
    const own = await blind.get('metadata');
    const anonymous = await server.anonymous().get('metadata');
    expect(observable(own, '')).toEqual(observable(anonymous, ''));
  });
});

describe('[R-040][R-144] what is hidden may change without anybody seeing it', () => {
  const asked = [
    'Patient?_count=50',
    'Patient?gender=male',
    'Patient?_sort=_id',
    'Patient?birthdate=1970-01-01',
    'Patient?birthdate:missing=true',
    'Patient?_filter=not%20(birthdate%20eq%201970-01-01)',
    'Patient?_sort=birthdate',
    'Patient?_total=accurate&_summary=count&family=Twin',
    'Patient?_has:Observation:subject:value-quantity=5',
    'Patient?_has:Observation:subject:code=29463-7',
    'Patient?_revinclude=Observation:subject',
    'Patient?_elements=birthDate,gender',
    'Patient/twin',
    'Patient/twin/_history',
    'Patient/_history',
    'Patient/twin/Observation',
    'Patient/twin/*',
    'Patient/twin/$everything',
    'Observation?subject=Patient/twin',
    'Observation?subject:Patient.birthdate=1970-01-01',
    'Observation?code=29463-7&_include=Observation:subject',
    'Observation?value-quantity=gt4',
    'Observation?_sort=-value-quantity',
    'Observation/o-twin',
    'Observation/$lastn?patient=Patient/twin',
    'Observation/$stats?subject=Patient/twin&code=29463-7&system=http://loinc.org&statistic=average',
    '?_type=Patient,Observation&_id=twin,o-twin',
  ];

  const write = async (birthDate: string, family: string, value: number): Promise<void> => {
    const patient = { resourceType: 'Patient', id: 'twin', gender: 'male', birthDate };
    const identifier = [{ system: KVNR, value: `T${family}` }];
    await expectStored(full.put('Patient/twin', { ...patient, name: [{ family }], identifier }));
    const valueQuantity = { value, unit: 'kg' };
    const note = [{ text: family }];
    await expectStored(
      full.put('Observation/o-twin', {
        ...observation('twin', { status: 'final', valueQuantity, note }),
        id: 'o-twin',
      }),
    );
  };
  const answers = async (client: FhirClient): Promise<readonly object[]> => {
    const found: object[] = [];
    for (const url of asked) found.push({ url, ...observable(await client.get(url), url) });
    return found;
  };

  test('every answer stays as it was', async () => {
    await write('1970-01-01', 'Twin', 5);
    const before = await answers(blind);
    const open = await answers(full);
    await write('1999-09-09', 'Other', 1);
    expect(await answers(blind)).toEqual(before);
    // Who sees it all sees the change.
    expect(await answers(full)).not.toEqual(open);
  });
});
