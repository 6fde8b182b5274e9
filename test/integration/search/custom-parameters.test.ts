import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Bundle } from '@medplum/fhirtypes';
import type { FhirClient } from '../../support/fhir-client.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let full: FhirClient;

beforeAll(async () => {
  server = await startTestServer({ settings: ['search.settleSeconds=0'] });
  full = server.as('full');
}, 60_000);
afterAll(() => server.close(), 30_000);

function parameter(code: string, more: object): object {
  return {
    resourceType: 'SearchParameter',
    url: `https://example.org/SearchParameter/${code}`,
    name: code,
    description: code,
    status: 'active',
    code,
    ...more,
  };
}

const BED = parameter('bed', {
  base: ['Encounter'],
  type: 'string',
  expression: "Encounter.extension('urn:bed').value.ofType(string)",
});

function encounter(bed: string): object {
  return {
    resourceType: 'Encounter',
    status: 'finished',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'IMP' },
    extension: [{ url: 'urn:bed', valueString: bed }],
    period: { start: '2026-01-02', end: '2026-01-05' },
  };
}

async function idsOf(query: string): Promise<readonly string[]> {
  const answer = await full.get(query);
  expect({ status: answer.status, text: answer.status === 200 ? '' : answer.text }).toEqual({
    status: 200,
    text: '',
  });
  return (answer.json<Bundle>().entry ?? []).map(({ resource }) => resource?.id ?? '');
}

async function created(resource: object): Promise<string> {
  const { resourceType } = resource as { resourceType: string };
  const answer = await full.post(resourceType, resource);
  expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 201 });
  return answer.json<{ id: string }>().id;
}

/** Waits until the parameter can be searched by; on the way there is no answer but that it is being indexed. */
async function searchable(query: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const answer = await full.get(query);
    if (answer.status === 200) return;
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('is being indexed');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('The parameter was not indexed in time');
}

describe('FHIR R4 searchparameter: stored parameters', () => {
  test('what was stored before is found once it is indexed, what is stored later at once', async () => {
    const before = await created(encounter('7a'));
    await created(encounter('9'));
    const unknown = await full.get('Encounter?bed=7a');
    expect(unknown.status).toBe(400);
    const id = await created(BED);
    // Immediately after: known, but not complete.
    const early = await full.get('Encounter?bed=7a');
    expect([200, 400]).toContain(early.status);
    if (early.status === 400) expect(early.text).toContain('is being indexed');
    await searchable('Encounter?bed=7a');
    const after = await created(encounter('7A'));
    expect((await idsOf('Encounter?bed=7a')).toSorted()).toEqual([before, after].toSorted());
    expect(await idsOf('Encounter?bed:exact=7A')).toEqual([after]);
    const metadata = await server.anonymous().get('metadata');
    expect(metadata.text).toContain('https://example.org/SearchParameter/bed');

    const stored = (await full.get(`SearchParameter/${id}`)).json<object>();
    expect((await full.put(`SearchParameter/${id}`, { ...stored, status: 'retired' })).status).toBe(
      200,
    );
    for (let attempt = 0; (await full.get('Encounter?bed=7a')).status === 200; attempt += 1) {
      expect(attempt).toBeLessThan(100);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const gone = await full.get('Encounter?bed=7a');
    expect(gone.status).toBe(400);
    expect(gone.text).toContain('Unknown search parameter');
    // Written while the parameter was away, and found when it is back.
    const meanwhile = await created(encounter('7a'));
    expect((await full.put(`SearchParameter/${id}`, { ...stored, status: 'active' })).status).toBe(
      200,
    );
    await searchable('Encounter?bed=7a');
    expect((await idsOf('Encounter?bed=7a')).toSorted()).toEqual(
      [before, after, meanwhile].toSorted(),
    );
  }, 60_000);

  test('the parameters that ISiK adds', async () => {
    const extra = [
      parameter('date-start', {
        base: ['Encounter'],
        type: 'date',
        expression: 'Encounter.period.start',
      }),
      parameter('end-date', {
        base: ['Encounter'],
        type: 'date',
        expression: 'Encounter.period.end',
      }),
      parameter('related', {
        base: ['Condition'],
        type: 'reference',
        expression:
          "Condition.extension('http://hl7.org/fhir/StructureDefinition/condition-related').value",
        target: ['Condition'],
      }),
      parameter('creation', {
        base: ['DocumentReference'],
        type: 'date',
        expression: 'DocumentReference.content.attachment.creation',
      }),
    ];
    for (const one of extra) await created(one);
    const first = await created({ resourceType: 'Condition', subject: { display: 'x' } });
    const second = await created({
      resourceType: 'Condition',
      subject: { display: 'x' },
      extension: [
        {
          url: 'http://hl7.org/fhir/StructureDefinition/condition-related',
          valueReference: { reference: `Condition/${first}` },
        },
      ],
    });
    const document = await created({
      resourceType: 'DocumentReference',
      status: 'current',
      content: [{ attachment: { contentType: 'text/plain', creation: '2026-03-01T10:00:00Z' } }],
    });
    for (const query of [
      'Encounter?date-start=2026',
      'Encounter?end-date=2026',
      'Condition?related=x',
      'DocumentReference?creation=2026',
    ])
      await searchable(query);
    expect(await idsOf(`Condition?related=Condition/${first}`)).toEqual([second]);
    expect(await idsOf('DocumentReference?creation=2026-03-01')).toEqual([document]);
    expect((await idsOf('Encounter?date-start=2026-01-02')).length).toBeGreaterThan(0);
    expect(await idsOf('Encounter?date-start=2026-01-05')).toEqual([]);
  }, 60_000);

  test.each([
    [
      'a code that the type has',
      { code: 'status', base: ['Encounter'], type: 'token', expression: 'Encounter.status' },
    ],
    ['no expression', { base: ['Encounter'], type: 'token' }],
    [
      'FHIRPath that is not compiled',
      { base: ['Encounter'], type: 'token', expression: 'Encounter.status.matches($this)' },
    ],
    [
      'elements of another kind',
      { base: ['Encounter'], type: 'date', expression: 'Encounter.status' },
    ],
    [
      'a special parameter',
      { base: ['Encounter'], type: 'special', expression: 'Encounter.status' },
    ],
  ])('422 with the reason for %s', async (_what, more) => {
    const answer = await full.post('SearchParameter', parameter('odd', more));
    expect(answer.text).toContain('The SearchParameter cannot be searched by');
    expect(answer.status).toBe(422);
  });
});

describe('$reindex', () => {
  test('only who is named by an operation may run it; it says how far it is', async () => {
    expect(
      (await server.as('patient-a').post('$reindex', { resourceType: 'Parameters' })).status,
    ).toBe(403);
    const operator = server.as('admin');
    const started = await operator.post('Encounter/$reindex', { resourceType: 'Parameters' });
    expect({ status: started.status, text: started.text }).toMatchObject({ status: 202 });
    const location = started.headers.get('content-location') ?? '';
    for (let attempt = 0; ; attempt += 1) {
      const status = await operator.get(location.slice(`${server.url}/fhir/`.length));
      expect(status.status).toBe(200);
      if (status.text.includes('completed')) break;
      expect(attempt).toBeLessThan(100);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect((await operator.get('$reindex?job=nonsense')).status).toBe(400);
  }, 30_000);
});
