import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MedplumClient } from '@medplum/core';
import type { Parameters, ValueSet } from '@medplum/fhirtypes';
import { tokenOf } from '../../support/identities.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

const GENDER = 'http://hl7.org/fhir/ValueSet/administrative-gender';
const ACT_MOOD = 'http://terminology.hl7.org/CodeSystem/v3-ActMood';
const OWN_SYSTEM = 'https://example.org/CodeSystem/mood';
const OWN_SET = 'https://example.org/ValueSet/mood';

const ownSystem = {
  resourceType: 'CodeSystem',
  url: OWN_SYSTEM,
  version: '1.0',
  name: 'Mood',
  status: 'active',
  content: 'complete',
  property: [{ code: 'tone', type: 'code' }],
  concept: [
    {
      code: 'good',
      display: 'Good',
      designation: [{ language: 'de', value: 'Gut' }],
      concept: [
        { code: 'calm', display: 'Calm', property: [{ code: 'tone', valueCode: 'soft' }] },
        { code: 'glad', display: 'Glad' },
      ],
    },
    {
      code: 'bad',
      display: 'Bad',
      concept: [
        { code: 'sad', display: 'Sad', property: [{ code: 'inactive', valueBoolean: true }] },
      ],
    },
  ],
};

describe('terminology', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
    const full = server.as('full');
    for (const resource of [
      ownSystem,
      {
        resourceType: 'ValueSet',
        url: OWN_SET,
        status: 'active',
        compose: {
          include: [
            { system: OWN_SYSTEM, filter: [{ property: 'concept', op: 'is-a', value: 'good' }] },
          ],
          exclude: [{ system: OWN_SYSTEM, concept: [{ code: 'glad' }] }],
        },
      },
      {
        resourceType: 'ConceptMap',
        url: 'https://example.org/ConceptMap/mood',
        status: 'active',
        group: [
          {
            source: OWN_SYSTEM,
            target: 'https://example.org/CodeSystem/smiley',
            element: [{ code: 'glad', target: [{ code: ':-)', equivalence: 'wider' }] }],
          },
        ],
      },
    ]) {
      expect((await full.post(resource.resourceType, resource)).status).toBe(201);
    }
  }, 120_000);
  afterAll(async () => {
    await server.close();
  }, 60_000);

  const parameters = async (path: string, role: 'full' | 'patient-a' = 'full') => {
    const answer = await server.as(role).get(path);
    expect(answer.status).toBe(200);
    const { parameter = [] } = answer.json<Parameters>();
    return parameter;
  };
  const value = async (path: string, name: string) => {
    const found = (await parameters(path)).find((it) => it.name === name);
    return found?.valueBoolean ?? found?.valueCode ?? found?.valueString;
  };
  const codes = async (path: string) => {
    const answer = await server.as('full').get(path);
    expect(answer.status).toBe(200);
    return (answer.json<ValueSet>().expansion?.contains ?? []).map(({ code }) => code);
  };

  describe('ValueSet/$expand', () => {
    test('FHIR R4 valueset-operation-expand: a published value set, with total and displays', async () => {
      const { expansion, url } = (
        await server.as('full').get(`ValueSet/$expand?url=${GENDER}`)
      ).json<ValueSet>();
      expect(url).toBe(GENDER);
      expect(expansion?.total).toBe(4);
      expect(expansion?.contains?.[0]).toEqual({
        system: 'http://hl7.org/fhir/administrative-gender',
        code: 'male',
        display: 'Male',
      });
    });

    test('FHIR R4 valueset-operation-expand: filter, offset and count; the total counts all that fit', async () => {
      const answer = await server
        .as('full')
        .get(`ValueSet/$expand?url=${GENDER}&filter=MALE&offset=1&count=1`);
      const { expansion } = answer.json<ValueSet>();
      expect(expansion).toMatchObject({ total: 2, offset: 1 });
      expect(expansion?.contains?.map(({ code }) => code)).toEqual(['female']);
    });

    test('FHIR R4 valueset-definitions#compose: is-a takes the concept itself, an exclude takes away', async () => {
      expect(await codes(`ValueSet/$expand?url=${OWN_SET}`)).toEqual(['good', 'calm']);
    });

    test('FHIR R4 valueset-operation-expand: a value set in the body, with designations in a language', async () => {
      const valueSet = {
        resourceType: 'ValueSet',
        status: 'active',
        compose: { include: [{ system: OWN_SYSTEM }] },
      };
      const answer = await server.as('full').post('ValueSet/$expand', {
        resourceType: 'Parameters',
        parameter: [
          { name: 'valueSet', resource: valueSet },
          { name: 'displayLanguage', valueCode: 'de-DE' },
          { name: 'activeOnly', valueBoolean: true },
        ],
      });
      const contains = answer.json<ValueSet>().expansion?.contains ?? [];
      expect(contains.map(({ code }) => code)).toEqual(['good', 'calm', 'glad', 'bad']);
      expect(contains[0]?.display).toBe('Gut');
    });

    test.each([
      ['descendent-of', 'concept', 'good', ['calm', 'glad']],
      ['is-not-a', 'concept', 'good', ['bad', 'sad']],
      ['=', 'tone', 'soft', ['calm']],
      ['in', 'code', 'calm,sad', ['calm', 'sad']],
      ['not-in', 'code', 'calm,sad', ['good', 'glad', 'bad']],
      ['exists', 'tone', 'true', ['calm']],
      ['regex', 'code', '[gs].*', ['good', 'glad', 'sad']],
      ['generalizes', 'concept', 'calm', ['good', 'calm']],
    ])(
      'FHIR R4 valueset-filter-operator: %s on %s',
      async (op, property, filterValue, expected) => {
        const valueSet = {
          resourceType: 'ValueSet',
          status: 'active',
          compose: {
            include: [{ system: OWN_SYSTEM, filter: [{ property, op, value: filterValue }] }],
          },
        };
        const answer = await server.as('full').post('ValueSet/$expand', valueSet);
        const found = (answer.json<ValueSet>().expansion?.contains ?? []).map(({ code }) => code);
        expect(found).toEqual(expected);
      },
    );

    test('FHIR R4 valueset-filter-operator: an expression that could take long is refused', async () => {
      const valueSet = {
        resourceType: 'ValueSet',
        status: 'active',
        compose: {
          include: [
            { system: OWN_SYSTEM, filter: [{ property: 'code', op: 'regex', value: '(a+)+b' }] },
          ],
        },
      };
      const answer = await server.as('full').post('ValueSet/$expand', valueSet);
      expect([answer.status, answer.codes()]).toEqual([422, ['TERMINOLOGY_FILTER']]);
    });

    test('FHIR R4 valueset-operation-expand: a system that is not loaded, a set that is not there, a circle', async () => {
      const full = server.as('full');
      const unknown = await full.get('ValueSet/$expand?url=https://example.org/none');
      expect([unknown.status, unknown.codes()]).toEqual([404, ['TERMINOLOGY_SET_UNKNOWN']]);
      const snomed = await full.post('ValueSet/$expand', {
        resourceType: 'ValueSet',
        status: 'active',
        compose: { include: [{ system: 'http://snomed.info/sct' }] },
      });
      expect([snomed.status, snomed.codes()]).toEqual([404, ['TERMINOLOGY_SYSTEM_UNKNOWN']]);
      expect(snomed.text).toContain('is not loaded');
      const circle = 'https://example.org/ValueSet/circle';
      await full.post('ValueSet', {
        resourceType: 'ValueSet',
        url: circle,
        status: 'active',
        compose: { include: [{ valueSet: [circle] }] },
      });
      const turned = await full.get(`ValueSet/$expand?url=${circle}`);
      expect([turned.status, turned.codes()]).toEqual([422, ['TERMINOLOGY_CYCLE']]);
    });

    test('FHIR R4 operations#request: an unknown parameter is refused', async () => {
      const answer = await server.as('full').get(`ValueSet/$expand?url=${GENDER}&fliter=x`);
      expect([answer.status, answer.codes()]).toEqual([400, ['OPERATION_INVALID_PARAMETERS']]);
    });

    test('implicit value sets: all codes of a loaded system, and those below one', async () => {
      expect(await codes(`ValueSet/$expand?url=${OWN_SYSTEM}?fhir_vs`)).toHaveLength(5);
      const url = encodeURIComponent(`${OWN_SYSTEM}?fhir_vs=isa/bad`);
      expect(await codes(`ValueSet/$expand?url=${url}`)).toEqual(['bad', 'sad']);
    });

    test('MedplumClient: valueSetExpand', async () => {
      const medplum = new MedplumClient({ baseUrl: `${server.url}/`, fhirUrlPath: 'fhir/R4' });
      medplum.setAccessToken(tokenOf('full'));
      const set = await medplum.valueSetExpand({ url: GENDER, filter: 'fem', count: 10 });
      expect(set.expansion?.contains?.map(({ code }) => code)).toEqual(['female']);
    });
  });

  test('side channels: a stored value set that the policy hides does not exist, and nobody learns of it', async () => {
    const hidden = await server.as('patient-a').get(`ValueSet/$expand?url=${OWN_SET}`);
    const never = await server
      .as('patient-a')
      .get('ValueSet/$expand?url=https://example.org/ValueSet/moot');
    expect([hidden.status, hidden.codes()]).toEqual([404, ['TERMINOLOGY_SET_UNKNOWN']]);
    expect(never.text.replaceAll('moot', 'mood')).toBe(hidden.text);
  });

  test('[R-045] every call stands on the ledger, with what it asked for', async () => {
    const head = await server.auditHead();
    await server.as('full').get(`ValueSet/$expand?url=${GENDER}`);
    await server.as('full').get('ValueSet/$expand?url=https://example.org/none');
    const rows = (await server.audit(head)).filter(
      ({ interaction }) => interaction === 'operation:expand',
    );
    expect(rows.map(({ outcome, query }) => [outcome, query])).toEqual([
      [0, GENDER],
      [4, 'https://example.org/none'],
    ]);
  });

  describe('$validate-code', () => {
    test.each([
      [
        `ValueSet/$validate-code?url=${GENDER}&system=http://hl7.org/fhir/administrative-gender&code=male`,
        true,
      ],
      [
        `ValueSet/$validate-code?url=${GENDER}&system=http://hl7.org/fhir/administrative-gender&code=banana`,
        false,
      ],
      [`ValueSet/$validate-code?url=${GENDER}&code=male`, true],
      [`ValueSet/$validate-code?url=${OWN_SET}&system=${OWN_SYSTEM}&code=glad`, false],
      [`CodeSystem/$validate-code?url=${OWN_SYSTEM}&code=glad&display=Glad`, true],
      [`CodeSystem/$validate-code?url=${OWN_SYSTEM}&code=glad&display=Sad`, false],
      [`CodeSystem/$validate-code?url=${OWN_SYSTEM}&code=none`, false],
      ['CodeSystem/$validate-code?url=http://snomed.info/sct&code=1', false],
    ])('FHIR R4 valueset-operation-validate-code: %s is %s', async (path, expected) => {
      expect(await value(path, 'result')).toBe(expected);
    });

    test('a system that is not loaded is named', async () => {
      const path = 'CodeSystem/$validate-code?url=http://snomed.info/sct&code=1';
      expect(await value(path, 'message')).toContain('http://snomed.info/sct is not loaded');
    });
  });

  test('FHIR R4 codesystem-operation-lookup: display, parents, properties; an unknown code is 404', async () => {
    const found = await parameters(`CodeSystem/$lookup?system=${OWN_SYSTEM}&code=calm`);
    expect(found.find(({ name }) => name === 'display')?.valueString).toBe('Calm');
    const properties = found
      .filter(({ name }) => name === 'property')
      .map(({ part }) => [part?.[0]?.valueCode, part?.[1]?.valueCode ?? part?.[1]?.valueBoolean]);
    expect(properties).toEqual([
      ['inactive', false],
      ['parent', 'good'],
      ['tone', 'soft'],
    ]);
    const none = await server.as('full').get(`CodeSystem/$lookup?system=${OWN_SYSTEM}&code=none`);
    expect([none.status, none.codes()]).toEqual([404, ['TERMINOLOGY_CODE_UNKNOWN']]);
    const system = await server
      .as('full')
      .get('CodeSystem/$lookup?system=http://snomed.info/sct&code=1');
    expect([system.status, system.codes()]).toEqual([404, ['TERMINOLOGY_SYSTEM_UNKNOWN']]);
  });

  test.each([
    [OWN_SYSTEM, 'good', 'calm', 'subsumes'],
    [OWN_SYSTEM, 'calm', 'good', 'subsumed-by'],
    [OWN_SYSTEM, 'good', 'good', 'equivalent'],
    [OWN_SYSTEM, 'calm', 'glad', 'not-subsumed'],
    [ACT_MOOD, '_ActMoodCompletionTrack', 'EVN', 'subsumes'],
  ])(
    'FHIR R4 codesystem-operation-subsumes: in %s, %s and %s: %s',
    async (system, a, b, expected) => {
      const path = `CodeSystem/$subsumes?system=${system}&codeA=${a}&codeB=${b}`;
      expect(await value(path, 'outcome')).toBe(expected);
    },
  );

  test('FHIR R4 conceptmap-operation-translate: forward and reverse', async () => {
    const map = 'ConceptMap/$translate?url=https://example.org/ConceptMap/mood';
    const forward = await parameters(`${map}&system=${OWN_SYSTEM}&code=glad`);
    expect(forward[0]).toEqual({ name: 'result', valueBoolean: true });
    expect(forward[1]?.part?.slice(0, 2)).toEqual([
      { name: 'equivalence', valueCode: 'wider' },
      {
        name: 'concept',
        valueCoding: { system: 'https://example.org/CodeSystem/smiley', code: ':-)' },
      },
    ]);
    const back = await parameters(
      `${map}&system=https://example.org/CodeSystem/smiley&code=${encodeURIComponent(':-)')}&reverse=true`,
    );
    expect(back[1]?.part?.slice(0, 2)).toEqual([
      { name: 'equivalence', valueCode: 'narrower' },
      { name: 'concept', valueCoding: { system: OWN_SYSTEM, code: 'glad' } },
    ]);
    const none = await parameters(`${map}&system=${OWN_SYSTEM}&code=sad`);
    expect(none[0]).toEqual({ name: 'result', valueBoolean: false });
  });

  test('FHIR R4 operations#executing: on the instance, by GET and POST', async () => {
    const full = server.as('full');
    const search = await full.get(`ValueSet?url=${OWN_SET}`);
    const id = search.json<{ entry: { resource: { id: string } }[] }>().entry[0]?.resource.id ?? '';
    expect(await codes(`ValueSet/${id}/$expand`)).toEqual(['good', 'calm']);
    const posted = await full.post(`ValueSet/${id}/$validate-code`, {
      resourceType: 'Parameters',
      parameter: [{ name: 'coding', valueCoding: { system: OWN_SYSTEM, code: 'calm' } }],
    });
    expect(posted.json<Parameters>().parameter?.[0]).toEqual({
      name: 'result',
      valueBoolean: true,
    });
    const other = await server.as('patient-a').get(`ValueSet/${id}/$expand`);
    expect([403, 404]).toContain(other.status);
  });

  describe('search', () => {
    beforeAll(async () => {
      const full = server.as('full');
      for (const code of ['good', 'calm', 'glad', 'sad']) {
        const observation = {
          resourceType: 'Observation',
          status: 'final',
          code: { coding: [{ system: OWN_SYSTEM, code }] },
          subject: { reference: 'Patient/patient-a' },
        };
        expect((await full.post('Observation', observation)).status).toBe(201);
      }
    }, 60_000);

    const found = async (query: string, role: 'full' | 'patient-a' = 'full') => {
      const answer = await server.as(role).get(`Observation?${query}`);
      if (answer.status !== 200) return [answer.status, ...answer.codes()];
      const { entry = [] } = answer.json<{
        entry?: { resource: { code: { coding: { code: string }[] } } }[];
      }>();
      return entry.map(({ resource }) => resource.code.coding[0]?.code).sort();
    };

    test('FHIR R4 search#token: :in, :not-in, :below and :above', async () => {
      expect(await found(`code:in=${OWN_SET}`)).toEqual(['calm', 'good']);
      expect(await found(`code:not-in=${OWN_SET}`)).toEqual(['glad', 'sad']);
      expect(await found(`code:below=${OWN_SYSTEM}|good`)).toEqual(['calm', 'glad', 'good']);
      expect(await found(`code:above=${OWN_SYSTEM}|calm`)).toEqual(['calm', 'good']);
    });

    test('FHIR R4 search#token: a value set that is not known is a bad request, hidden or not', async () => {
      const bad = [400, 'SEARCH_INVALID_VALUE'];
      expect(await found('code:in=https://example.org/none')).toEqual(bad);
      expect(await found(`code:in=${OWN_SET}`, 'patient-a')).toEqual(bad);
      expect(await found('code:below=http://snomed.info/sct|1')).toEqual(bad);
      expect(await found('code:below=good')).toEqual(bad);
    });

    test('FHIR R4 http#search: in a compartment and in the whole system', async () => {
      for (const path of [
        `Patient/patient-a/Observation?code:in=${OWN_SET}`,
        `Patient/patient-a/*?_type=Observation&code:in=${OWN_SET}`,
        `?_type=Observation&code:in=${OWN_SET}`,
      ]) {
        const answer = await server.as('full').get(path);
        expect([path, answer.status]).toEqual([path, 200]);
        expect(answer.json<{ entry: unknown[] }>().entry).toHaveLength(2);
      }
    });

    test('FHIR R4 search#modifiers: not on an id, and not in the criteria of a policy', async () => {
      const answer = await server.as('full').get(`Observation?_id:in=${OWN_SET}`);
      expect([answer.status, answer.codes()]).toEqual([400, ['SEARCH_UNKNOWN_MODIFIER']]);
      const policy = await server.as('full').post('AccessPolicy', {
        resourceType: 'AccessPolicy',
        name: 'by value set',
        resource: [{ resourceType: 'Observation', criteria: `Observation?code:in=${OWN_SET}` }],
      });
      expect([policy.status, policy.codes()]).toEqual([422, ['POLICY_INVALID']]);
    });

    test('FHIR R4 search#chaining: behind a reverse chain too', async () => {
      const answer = await server
        .as('full')
        .get(`Patient?_has:Observation:patient:code:in=${OWN_SET}`);
      expect(answer.status).toBe(200);
      const { entry = [] } = answer.json<{ entry?: { resource: { id: string } }[] }>();
      expect(entry.map(({ resource }) => resource.id)).toEqual(['patient-a']);
    });
  });
});
