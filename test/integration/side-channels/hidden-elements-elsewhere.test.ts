import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CANARY, expectBlind, sending, type Stage, stage } from './support.ts';

let on: Stage;
beforeAll(async () => {
  on = await stage('fields', 'fields');
}, 120_000);
afterAll(() => on.close(), 30_000);

const blind = (...paths: readonly string[]) => expectBlind(on, paths);

describe('GraphQL', () => {
  const ask = (query: string) =>
    sending('POST', '$graphql', { query }, { 'content-type': 'application/json' });

  test('[V-40] [R-121] fields and arguments on hidden elements', async () => {
    for (const query of [
      '{ Patient(id: "v1") { id birthDate name { family } text { div } } }',
      '{ PatientList(birthdate: "1961-02-11") { id } }',
      '{ PatientConnection(name: "Canaryb") { count edges { resource { id } } } }',
      '{ ObservationList(value_quantity: "gt20") { id } }',
      '{ ObservationList(_sort: "value-quantity") { id } }',
      '{ Observation(id: "v1-o0") { subject { display resource { ... on Patient { birthDate name { family } } } } } }',
      '{ Patient(id: "v1") { a: ObservationList(_reference: patient) { valueQuantity { value } note { text } } } }',
    ]) {
      await on.same(ask(query));
      const { text } = await on.client.send('POST', '$graphql', ask(query));
      expect([query, CANARY.test(text), text.includes('1961')]).toEqual([query, false, false]);
    }
  }, 60_000);

  test('[V-41] introspection and messages are the same for all', async () => {
    await on.same(ask('{ __type(name: "Patient") { fields { name } } }'));
    await on.same(ask('{ Patient(id: "v1") { birthDat } }'));
  });

  test('[V-42] depth and repetition are bounded', async () => {
    const many = Array.from(
      { length: 1300 },
      (_, index) => `a${String(index)}: ObservationList { id }`,
    ).join(' ');
    const { status } = await on.client.send('POST', '$graphql', ask(`{ ${many} }`));
    expect(status).toBe(400);
    await on.same(ask(`{ ${many} }`));
  });
});

describe('writing', () => {
  test('[V-24] [V-25] [V-26] conditions of writes are searches', async () => {
    const patient = { resourceType: 'Patient', active: true };
    const denied = [
      sending('POST', 'Patient', patient, { 'If-None-Exist': 'identifier=v1Canaryb' }),
      sending('PUT', 'Patient?birthdate=1961-02-11', patient),
      sending('DELETE', 'Observation?value-quantity=gt20', undefined),
      sending('PATCH', 'Patient?name=Canaryb', [{ op: 'add', path: '/language', value: 'de' }], {
        'content-type': 'application/json-patch+json',
      }),
    ];
    for (const request of denied) {
      const { status } = await on.client.send(request.method, request.path, request);
      expect([request.method, request.path, status]).toEqual([request.method, request.path, 403]);
      await on.same(request);
    }
    const transaction = {
      resourceType: 'Bundle',
      type: 'transaction',
      entry: [
        {
          request: { method: 'POST', url: 'Encounter' },
          resource: {
            resourceType: 'Encounter',
            status: 'planned',
            class: { code: 'AMB' },
            subject: { reference: 'Patient?identifier=v1Canaryb' },
          },
        },
      ],
    };
    await on.same(sending('POST', '', transaction));
  });

  test('[V-36] what is wrong is told by path, never with what is stored', async () => {
    const request = sending('PUT', 'Patient/v2', { resourceType: 'Patient', id: 'v2', gendr: 'x' });
    await on.same(request);
    const { text } = await on.client.send('PUT', 'Patient/v2', request);
    expect(text).not.toMatch(CANARY);
  });

  test('[V-37] a patch tests the view', async () => {
    const headers = { 'content-type': 'application/json-patch+json' };
    for (const value of ['1961-02-11', '1961-03-12', '1999-01-01']) {
      const body = [
        { op: 'test', path: '/birthDate', value },
        { op: 'add', path: '/language', value: 'de' },
      ];
      const { status } = await on.client.send('PATCH', 'Patient/v2', { body, headers });
      expect(status).toBeGreaterThanOrEqual(400);
      await on.same(sending('PATCH', 'Patient/v2', body, headers));
    }
    for (const condition of ["birthDate = '1961-02-11'", 'name.exists()', "gender = 'male'"]) {
      const body = {
        resourceType: 'Parameters',
        parameter: [
          {
            name: 'operation',
            part: [
              { name: 'type', valueCode: 'replace' },
              { name: 'path', valueString: `Patient.where(${condition}).active` },
              { name: 'value', valueBoolean: true },
            ],
          },
        ],
      };
      await on.same(sending('PATCH', 'Patient/v2', body));
    }
  });

  test('[V-38] putting back what was read loses nothing of what was hidden', async () => {
    const full = on.pair.a.as('full');
    const before = (await full.get('Patient/v3')).json<Record<string, unknown>>();
    const view = (await on.client.get('Patient/v3')).json<Record<string, unknown>>();
    const put = await on.client.put('Patient/v3', { ...view, language: 'de' });
    expect(put.status).toBe(200);
    expect(put.text).not.toMatch(CANARY);
    const {
      meta: _meta,
      text: _text,
      ...after
    } = (await full.get('Patient/v3')).json<Record<string, unknown>>();
    const { meta: _before, text: _narrative, ...expected } = before;
    expect(after).toEqual({ ...expected, language: 'de' });
    // The other store follows, so that the tests after this one compare equals.
    const other = on.pair.b.asProfile('Practitioner/n-fields');
    const there = (await other.get('Patient/v3')).json<Record<string, unknown>>();
    expect((await other.put('Patient/v3', { ...there, language: 'de' })).status).toBe(200);
  });
});

describe('operations and exports', () => {
  test('[V-43] each operation shows the view', () =>
    blind(
      'Patient/v1/$everything',
      'Observation/$lastn?patient=Patient/v1&category=vital-signs',
      'Observation/$stats?subject=Patient/v1&code=29463-7&system=http://loinc.org&statistic=average&duration=24',
      'Patient/v1/$validate',
      'Patient/v1/$meta',
    ));

  const exported = async (path: string): Promise<void> => {
    const headers = { prefer: 'respond-async', accept: 'application/fhir+json' };
    const found = await on.comparison.export({ surface: 'vector', method: 'GET', path, headers });
    expect(found).toBeUndefined();
  };

  test('[V-44] filters and instants of an export tell nothing about what is hidden', async () => {
    const filter = encodeURIComponent('Patient?birthdate=ge1961');
    await exported(`$export?_type=Patient&_typeFilter=${filter}`);
    await exported('$export?_type=Patient&_since=2026-11-02T08:00:40Z');
  }, 60_000);

  test('[V-45] manifest, counts and every line of an export are of what is seen', async () => {
    await exported('$export?_type=Patient,Observation,Condition,List,Encounter');
    await exported('Patient/$export?_type=Patient,Observation');
  }, 60_000);

  test('[V-47] a Subscription cannot listen for what is hidden', async () => {
    const subscription = {
      resourceType: 'Subscription',
      status: 'requested',
      reason: 'test',
      criteria: 'Patient?birthdate=1961-02-11',
      channel: { type: 'websocket' },
    };
    const { status } = await on.client.post('Subscription', subscription);
    expect(status).toBe(403);
    await on.same(sending('POST', 'Subscription', subscription));
  });

  test('[V-49] a Binary follows its securityContext', () => blind('Binary/v1-b', 'Binary/h0-b'));
});
