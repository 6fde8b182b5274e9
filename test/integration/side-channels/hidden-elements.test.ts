import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CANARY, ids, sending, type Stage, stage } from './support.ts';

let on: Stage;
beforeAll(async () => {
  on = await stage('fields', 'fields');
}, 120_000);
afterAll(() => on.close(), 30_000);

/** Refused for the rule alone, and alike in both stores. */
async function refused(...paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const { status, text } = await on.client.get(path);
    expect([path, status]).toEqual([path, 403]);
    expect(text).toMatch(/n-fields#\d/);
    await on.same(path);
  }
}

/** Answered alike in both stores, and without a word of what is hidden. */
async function blind(...paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const { status, text } = await on.client.get(path);
    expect([path, status < 500, CANARY.test(text)]).toEqual([path, true, false]);
    await on.same(path);
  }
}

describe('searching by what is hidden', () => {
  test('[V-01] [R-040] a search parameter that touches a hidden element is refused, and the rule is named', () =>
    refused('Patient?birthdate=1961-02-11', 'Patient?name=Canaryb', 'Patient?phone=02'));

  test('[V-02] composites with a hidden part are refused', () =>
    refused(
      'Observation?code-value-quantity=29463-7$gt20',
      'Observation?combo-code-value-quantity=29463-7$gt20',
    ));

  test('[V-03] :missing tells nothing about a hidden element', () =>
    refused('Patient?birthdate:missing=true', 'Patient?telecom:missing=false'));

  test('[V-04] no modifier opens a hidden element', () =>
    refused(
      'Patient?gender:not=male',
      'Patient?name:exact=Canaryb',
      'Patient?name:contains=nary',
      'Condition?code:text=x',
      'Condition?code:not=F41.0',
      'Condition?code:in=http://hl7.org/fhir/ValueSet/administrative-gender',
      'Patient?identifier:of-type=a|b|c',
    ));

  test('[V-05] no prefix bisects a hidden value', () =>
    refused(
      ...['gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap', 'ne'].flatMap((prefix) => [
        `Patient?birthdate=${prefix}1961-03`,
        `Observation?value-quantity=${prefix}30`,
      ]),
    ));

  test('[V-06] [R-042] a chain finds nothing by a hidden element behind it', () =>
    refused(
      'Observation?subject:Patient.name=Canaryb',
      'Observation?patient.birthdate=1961-02-11',
      'Condition?subject:Patient.gender=male',
    ));

  test('[V-07] nor does a chain of several links', () =>
    refused('List?item:Observation.subject:Patient.name=Canaryb'));

  test('[V-08] nor a reverse chain', () =>
    refused(
      'Patient?_has:Observation:patient:value-quantity=27',
      'Patient?_has:Condition:subject:code=F41.1',
      'Encounter?patient._has:Condition:subject:code=F41.1',
    ));

  test('[V-11] [R-041] nothing is sorted by a hidden element', () =>
    refused(
      'Patient?_sort=birthdate',
      'Patient?_sort=-family',
      'Observation?_sort=value-quantity',
    ));

  test('[V-14] _filter is judged part by part', () =>
    refused(
      `Patient?_filter=${encodeURIComponent('birthdate gt 1961-02')}`,
      `Patient?_filter=${encodeURIComponent('_id eq v1 and not (name co "nary")')}`,
      `Observation?_filter=${encodeURIComponent('value-quantity gt 20')}`,
    ));

  test('[V-15] full text is no way to hidden words', async () => {
    await refused('Patient?_text=Canaryb');
    await blind('Patient?_content=Canaryb');
  });

  test('[V-16] named queries are refused, and a list finds what is seen', () =>
    blind('Patient?_query=secret', 'Observation?_list=v1-l', 'Patient?_list=v1-l'));

  test('[V-64] an identifier of the outside world cannot be probed', () =>
    refused(
      'Patient?identifier=v1Canaryb',
      'Patient?identifier=http://fhir.de/sid/gkv/kvid-10|v1Canaryb',
      'Observation?subject:identifier=v1Canaryb',
    ));

  test('[V-22] GET and POST are one parser', async () => {
    for (const query of ['name=Canaryb', '_id=v1&_sort=birthdate', 'active=true&_total=accurate']) {
      const get = await on.client.get(`Patient?${query}`);
      const post = await on.client.send('POST', 'Patient/_search', {
        body: query,
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
      });
      const plain = (text: string): string =>
        text.replaceAll(/"Bundle","id":"[^"]*"|"url":"[^"]*"/g, '');
      expect([post.status, plain(post.text)]).toEqual([get.status, plain(get.text)]);
    }
  });

  test('[V-23] repeated, encoded and oddly written parameters are the same parameters', async () => {
    await refused(
      'Patient?%62irthdate=1961',
      'Patient?_id=v1&birthdate=1961&birthdate=1962',
      'Patient?birth%64ate%3Amissing=true',
      'Patient?_sort=%62irthdate',
    );
    const odd = await on.client.get('Patient?BirthDate=1961');
    expect(odd.status).toBe(400);
    await on.same('Patient?BirthDate=1961');
  });
});

describe('what an answer shows', () => {
  test('[V-09] [V-10] [R-038] what is included is shown like what is found', () =>
    blind(
      'Observation?_id=v1-o0&_include=Observation:subject',
      'List?_id=v1-l&_include=List:item&_include:iterate=Observation:subject',
      'Patient?_id=v1&_revinclude=Observation:subject&_revinclude:iterate=List:item',
    ));

  test('[V-12] totals and counts are of what is seen', async () => {
    await blind('Observation?_total=accurate', 'Patient?_summary=count&active=true');
  });

  test('[V-17] asking for a hidden element by name does not bring it back', async () => {
    await blind(
      'Patient/v1?_elements=birthDate,name,identifier',
      'Patient/v1?_summary=true',
      'Patient/v1?_summary=text',
      'Observation?_elements=valueQuantity,note',
    );
    expect((await on.client.get('Patient/v1?_elements=birthDate')).text).not.toContain('1961');
  });

  test('[V-18] contained resources are shown by the rules of their own type', async () => {
    await blind('List/v1-l', 'List/v1-l?_format=xml', 'List?patient=v1');
  });

  test('[V-19] when something hidden was changed is not told', async () => {
    await refused('Patient?_lastUpdated=gt2026', 'Observation?_sort=-_lastUpdated');
    await blind(
      'Patient/v1/_history?_since=2026-11-02T08:00:40Z',
      'Patient/v1/_history?_at=2026-11-02T08:01',
      'Patient/$everything',
      'Patient/v1/$everything?_since=2026-11-02T08:00:40Z',
    );
    const { meta } = (await on.client.get('Patient/v1')).json<{ meta: object }>();
    expect(meta).not.toHaveProperty('lastUpdated');
  });

  test('[V-20] labels that are hidden are no way either', async () => {
    await refused('Condition?_security=R', 'Condition?_security:missing=true');
    await blind('Condition/v1-c/$meta', 'Condition/$meta');
  });

  test('[V-27] [V-29] version, tag, instant and location are those of the view', async () => {
    await blind('Patient/v1', 'Observation/v1-o0');
    const answer = await on.client.get('Patient/v1');
    expect(answer.headers.get('last-modified')).toBeNull();
    expect(answer.headers.get('etag')).not.toMatch(/^W\/"\d{1,6}"$/);
    const { versionId } = answer.json<{ meta: { versionId: string } }>().meta;
    expect(answer.headers.get('etag')).toBe(`W/"${versionId}"`);
  });

  test('[V-28] conditions on versions and instants are judged by the view', async () => {
    const etag = (await on.client.get('Patient/v1')).headers.get('etag') ?? '';
    for (const headers of [
      { 'If-None-Match': etag },
      { 'If-None-Match': 'W/"2"' },
      { 'If-Modified-Since': 'Mon, 02 Nov 2026 08:00:40 GMT' },
    ])
      await on.same({ surface: 'vector', method: 'GET', path: 'Patient/v1', headers });
    expect((await on.client.get('Patient/v1', { 'If-None-Match': etag })).status).toBe(304);
  });

  test('[V-30] versions that differ in hidden elements only are one version', async () => {
    await blind(
      'Patient/v1/_history',
      'Observation/v1-o0/_history',
      'Patient/_history',
      '_history',
    );
    for (const version of ['1', '2', '3', '4']) await blind(`Patient/v1/_history/${version}`);
    const { entry } = (await on.client.get('Patient/v1/_history')).json<{ entry: object[] }>();
    expect(entry).toHaveLength(1);
    const etag = (await on.client.get('Patient/v1')).headers.get('etag') ?? '';
    const version = /"(.+)"/.exec(etag)?.[1] ?? '';
    expect((await on.client.get(`Patient/v1/_history/${version}`)).status).toBe(200);
  });

  test('[V-50] narrative, display and identifiers of references do not repeat what is hidden', async () => {
    await blind('Encounter/v1-e', 'Encounter?patient=v1', 'Patient/v1?_format=xml');
    expect((await on.client.get('Patient/v1')).json()['text']).toBeUndefined();
  });

  test('[V-39] entries of a batch are answered like requests', async () => {
    const entry = [
      'Patient?birthdate=1961-02-11',
      'Patient/v1',
      'Patient/v1/_history/2',
      'Observation?value-quantity=27',
      'Patient/nowhere',
    ].map((url) => ({ request: { method: 'GET', url } }));
    await on.same(sending('POST', '', { resourceType: 'Bundle', type: 'batch', entry }));
    const answer = await on.client.post('', { resourceType: 'Bundle', type: 'batch', entry });
    expect(answer.text).not.toMatch(CANARY);
  });
});

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
  });

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

test('what is not hidden can be searched as ever', async () => {
  expect(ids(await on.client.get('Patient?_id=v1'))).toEqual(['v1']);
  expect(ids(await on.client.get('Observation?patient=v1&status=final,amended'))).toHaveLength(5);
});
