import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FhirClient } from '../../support/fhir-client.ts';
import { membership } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

const EXTENSION = 'https://diga-server.dev/fhir/StructureDefinition';
const CANARY = 'Kanarienvogel';

/** Search parameters that an operator may store without thinking of who sees what. */
const PARAMETERS = [
  ['x-display', 'Observation', 'string', 'Observation.subject.display'],
  ['x-identifier', 'Observation', 'token', 'Observation.subject.identifier'],
  ['x-changed', 'Observation', 'date', 'Observation.meta.lastUpdated'],
  ['x-version', 'Observation', 'token', 'Observation.meta.versionId'],
  ['x-status', 'Observation', 'token', 'Observation.status'],
  ['x-id', 'Patient', 'token', 'Patient.id'],
  ['x-reference', 'Observation', 'string', 'Observation.subject.reference'],
] as const;

let server: TestServer;
let full: FhirClient;
/** Sees Patients without their names, and all of Observations. */
let partial: FhirClient;
/** Knows everything by pseudonyms. */
let researcher: FhirClient;

async function identityWith(id: string, policy: object): Promise<FhirClient> {
  const profile = `Practitioner/${id}`;
  const stored = await full.put(`AccessPolicy/${id}`, {
    resourceType: 'AccessPolicy',
    id,
    ...policy,
  });
  expect(stored.status).toBe(201);
  await full.put(profile, { resourceType: 'Practitioner', id });
  await full.put(`ProjectMembership/${id}`, membership(id, profile, id));
  return server.asProfile(profile);
}

beforeAll(async () => {
  server = await startTestServer();
  full = server.as('full');
  for (const [code, base, type, expression] of PARAMETERS) {
    const answer = await full.put(`SearchParameter/${code}`, {
      resourceType: 'SearchParameter',
      id: code,
      url: `urn:test:${code}`,
      name: code,
      status: 'active',
      description: code,
      code,
      base: [base],
      type,
      expression,
    });
    expect(answer.status).toBe(201);
  }
  const patient = { resourceType: 'Patient', id: 'anna', name: [{ family: CANARY }] };
  await full.put('Patient/anna', patient);
  await full.put('Observation/weight', {
    resourceType: 'Observation',
    id: 'weight',
    status: 'final',
    code: { text: 'weight' },
    meta: { source: 'Patient/anna' },
    subject: {
      reference: 'Patient/anna',
      display: CANARY,
      identifier: { system: 'urn:kvnr', value: CANARY },
    },
    derivedFrom: [{ reference: `${server.url}/fhir/R4/Observation/other` }],
  });
  partial = await identityWith('partial', {
    resource: [
      { resourceType: 'Patient', hiddenFields: ['name'] },
      { resourceType: 'Observation' },
      { resourceType: 'Basic' },
    ],
  });
  const readonly = true;
  researcher = await identityWith('pseudonymous', {
    extension: [{ url: `${EXTENSION}/access-policy-pseudonym`, valueString: 'project' }],
    resource: [
      { resourceType: 'Patient', readonly },
      { resourceType: 'Observation', readonly },
    ],
  });
  for (const [code, base] of PARAMETERS) await indexed(`${base}?${code}=1`);
}, 90_000);
afterAll(() => server.close(), 30_000);

/** Waits until resources that were stored before are found by the parameter. */
async function indexed(search: string): Promise<void> {
  for (let attempt = 0; attempt < 150; attempt += 1) {
    const { status, text } = await full.get(search);
    if (!text.includes('SEARCH_PARAMETER_INDEXING') && status < 500) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`${search} is not indexed`);
}

describe('[R-040] parameters of the server’s own see no more than who searches by them', () => {
  test.each([
    ['the words that a reference copies from its target', `x-display=${CANARY}`],
    ['the identifier that it copies', `x-identifier=${CANARY}`],
    ['instants of change', 'x-changed=ge2020'],
    ['numbers of versions', 'x-version=1'],
    ['one of these as an order', '_sort=x-changed'],
    ['one of these in a filter', `_filter=${encodeURIComponent(`x-display eq ${CANARY}`)}`],
  ])('%s', async (_title, query) => {
    const [all, answer] = await Promise.all([
      full.get(`Observation?${query}`),
      partial.get(`Observation?${query}`),
    ]);
    expect(all.json()['total']).toBe(1);
    expect([answer.status, answer.codes()]).toEqual([403, ['ACCESS_PARAMETER_BLOCKED']]);
  });

  test('behind a link too, and others stay open', async () => {
    const has = await partial.get(`Patient?_has:Observation:subject:x-display=${CANARY}`);
    expect(has.codes()).toEqual(['ACCESS_PARAMETER_BLOCKED']);
    expect((await partial.get('Observation?x-status=final')).json()['total']).toBe(1);
  });
});

describe('[R-040] the access log tells of changes', () => {
  test('an entry for all types that hides something does not open it', async () => {
    const star = await identityWith('star', {
      resource: [{ resourceType: '*', hiddenFields: ['name'] }],
    });
    expect((await star.get('Patient')).status).toBe(200);
    expect((await star.get('AuditEvent')).codes()).toEqual(['ACCESS_DENIED']);
  });
});

describe('[R-038] what a reference copies is left out wherever it may lead to what is hidden', () => {
  test.each([
    ['a type that there is not', { type: 'patient' }],
    ['a type as a URL', { type: 'http://hl7.org/fhir/StructureDefinition/Patient' }],
    [
      'a conditional reference that says another type',
      { reference: 'Patient?identifier=x', type: 'Practitioner' },
    ],
  ])('%s', async (_title, subject) => {
    const stored = await full.post('Basic', {
      resourceType: 'Basic',
      code: { text: 'x' },
      subject: { ...subject, display: CANARY },
    });
    expect(stored.status).toBe(201);
    const { text } = await partial.get(`Basic/${stored.json<{ id: string }>().id}`);
    expect(text).toContain('Basic');
    expect(text).not.toContain(CANARY);
  });
});

describe('pseudonyms are not seen through by words', () => {
  test.each(['Patient?x-id=anna', 'Patient?_sort=x-id', 'Observation?x-reference=Patient/anna'])(
    '%s is refused: it compares ids',
    async (search) => {
      expect((await full.get(search)).status).toBe(200);
      expect((await researcher.get(search)).codes()).toEqual(['ACCESS_PARAMETER_BLOCKED']);
    },
  );

  test('a URI that names a resource is searched by its pseudonym only', async () => {
    const total = async (value: string): Promise<unknown> =>
      (await researcher.get(`Observation?_source=${encodeURIComponent(value)}`)).json()['total'];
    expect(await total('Patient/anna')).toBe(0);
    const found = (await researcher.get('Observation')).json<{
      entry: { resource: { meta: { source: string } } }[];
    }>();
    const source = found.entry[0]?.resource.meta.source ?? '';
    expect(source).toMatch(/^Patient\/p/);
    expect(await total(source)).toBe(1);
  });

  test('URLs under every base of the server are put under pseudonyms', async () => {
    const { text } = await researcher.get('Observation');
    expect(text).toContain('/fhir/R4/Observation/p');
    expect(text).not.toContain('Observation/other');
  });

  test('stored Bundles name what they hold in ways of their own, and are not opened', async () => {
    const answer = await full.put('AccessPolicy/bundles', {
      resourceType: 'AccessPolicy',
      id: 'bundles',
      extension: [{ url: `${EXTENSION}/access-policy-pseudonym`, valueString: 'project' }],
      resource: [{ resourceType: 'Bundle', readonly: true }],
    });
    expect(answer.codes()).toEqual(['POLICY_INVALID']);
  });
});
