import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Parameters, ParametersParameter } from '@medplum/fhirtypes';
import type { Answer, FhirClient } from '../../support/fhir-client.ts';
import { membership } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

const BASE = 'https://diga-server.dev/fhir/StructureDefinition';

let server: TestServer;
let full: FhirClient;
let admin: FhirClient;

beforeAll(async () => {
  server = await startTestServer();
  full = server.as('full');
  admin = server.as('admin');
  await full.put('AccessPolicy/nurse', {
    resourceType: 'AccessPolicy',
    id: 'nurse',
    ipAccessRule: [{ name: 'lost', value: '192.0.2.0/24', action: 'block' }],
    resource: [
      {
        resourceType: 'Patient',
        criteria: 'Patient?active=true',
        hiddenFields: ['birthDate'],
        interaction: ['read', 'search'],
      },
      {
        resourceType: 'Patient',
        criteria: 'Patient?general-practitioner=%doctor',
        interaction: ['read'],
      },
      { resourceType: 'Organization', interaction: ['read', 'search'] },
      { resourceType: 'Organization', interaction: ['read'] },
    ],
  });
  await full.put('AccessPolicy/nurse-more', {
    resourceType: 'AccessPolicy',
    id: 'nurse-more',
    extension: [{ url: `${BASE}/access-policy-acr`, valueString: 'urn:diga:acr:2fa' }],
    resource: [{ resourceType: 'Encounter' }],
  });
  await full.put('Practitioner/nurse', { resourceType: 'Practitioner', id: 'nurse' });
  await full.put('ProjectMembership/nurse', membership('nurse', 'Practitioner/nurse', 'nurse'));
  await full.put(
    'ProjectMembership/nurse-more',
    membership('nurse-more', 'Practitioner/nurse', 'nurse-more'),
  );
  await full.put('Patient/shown', { resourceType: 'Patient', id: 'shown', active: true });
  await full.put('Patient/hidden', { resourceType: 'Patient', id: 'hidden', active: false });
}, 60_000);
afterAll(() => server.close(), 30_000);

const query = (parameters: Record<string, string>) =>
  `$explain?${new URLSearchParams(parameters).toString()}`;
const nurse = { identity: 'Practitioner/nurse' };

interface Told {
  readonly one: (name: string) => unknown;
  readonly entries: readonly (readonly [rule: unknown, holds: unknown, reason: unknown])[];
  readonly parts: (name: string) => readonly Readonly<Record<string, unknown>>[];
}

function told(answer: Answer): Told {
  expect(answer.status).toBe(200);
  const { parameter = [] } = answer.json<Parameters>();
  const value = (of: ParametersParameter | undefined): unknown =>
    Object.entries(of ?? {}).find(([key]) => key.startsWith('value'))?.[1];
  const parts = (name: string) =>
    parameter
      .filter((one) => one.name === name)
      .map((one) => Object.fromEntries((one.part ?? []).map((part) => [part.name, value(part)])));
  return {
    one: (name) => value(parameter.find((one) => one.name === name)),
    parts,
    entries: parts('entry').map(({ rule, holds, reason }) => [rule, holds, reason]),
  };
}

describe('$explain', () => {
  test('says of each entry whether it was considered, why not, and what it hides', async () => {
    const answer = told(await admin.get(query({ ...nurse, url: 'GET Patient?birthdate=1970' })));
    expect(answer.entries).toEqual([
      ['nurse#0', true, 'it allows search on what its filter finds'],
      ['nurse#2', false, 'it is about Organization'],
      ['nurse#3', false, 'it is about Organization'],
      ['nurse#1', false, 'the variable %doctor has no value, so that the entry allows nothing'],
      ['nurse-more#0', false, 'it is about Encounter'],
    ]);
    expect(answer.one('filter')).toBe('active = true');
    expect(answer.parts('entry')[0]).toMatchObject({
      hidden: 'birthDate',
      filter: 'active = true',
    });
    expect(answer.parts('policy')).toEqual([
      { reference: { reference: 'AccessPolicy/nurse' }, holds: true },
      {
        reference: { reference: 'AccessPolicy/nurse-more' },
        holds: false,
        reason: 'it demands an authentication of urn:diga:acr:2fa',
      },
    ]);
    expect(answer.parts('blocked')).toContainEqual({
      parameter: 'birthdate',
      used: true,
      rule: 'nurse#0',
    });
    expect(answer.one('outcome')).toBe('denied');
    expect([answer.one('status'), answer.one('code')]).toEqual([403, 'ACCESS_PARAMETER_BLOCKED']);
  });

  test.each<[string, Record<string, string>, unknown[]]>([
    [
      'an interaction that no entry allows',
      { url: 'DELETE Organization/x' },
      ['denied', 403, 'ACCESS_DENIED'],
    ],
    ['a type that no entry is about', { url: 'Observation' }, ['denied', 403, 'ACCESS_DENIED']],
    ['a policy that waits', { url: 'Encounter' }, ['step-up', 401, 'AUTH_STEP_UP_REQUIRED']],
    [
      'the authentication it waits for',
      { url: 'Encounter', acr: 'urn:diga:acr:2fa' },
      ['allowed', undefined, undefined],
    ],
    [
      'a blocked network',
      { url: 'Organization', address: '192.0.2.7' },
      ['denied', 403, 'ACCESS_DENIED_NETWORK'],
    ],
    [
      'another network',
      { url: 'Organization', address: '198.51.100.7' },
      ['allowed', undefined, undefined],
    ],
    [
      'a scope that does not cover it',
      { url: 'Organization', scope: 'user/Patient.rs' },
      ['denied', 403, 'ACCESS_DENIED'],
    ],
    [
      'an operation',
      { url: '$reindex', method: 'POST' },
      ['denied', 403, 'ACCESS_OPERATION_DENIED'],
    ],
    ['an operation by data', { url: 'Patient/x/$everything' }, ['allowed', undefined, undefined]],
    [
      'an absolute URL',
      { url: 'https://example.org/fhir/R4/Organization?name=x' },
      ['allowed', undefined, undefined],
    ],
  ])('foretells %s, and the request itself is answered so', async (_what, asked, expected) => {
    const { one } = told(await admin.get(query({ ...nurse, ...asked })));
    expect([one('outcome'), one('status'), one('code')]).toEqual(expected);
  });

  test('what it foretells is what happens', async () => {
    const weak = server.asProfile('Practitioner/nurse', 'user/*.cruds', '');
    for (const path of [
      'Observation',
      'Encounter',
      'Organization',
      'Patient?birthdate=1970',
      'Patient',
    ]) {
      const { one } = told(await admin.get(query({ ...nurse, url: path, scope: 'user/*.cruds' })));
      const answer = await weak.get(path);
      expect([path, one('status') ?? 200, one('code')]).toEqual([
        path,
        answer.status,
        answer.codes()[0],
      ]);
    }
  });

  test('of a resource it tells only to those who may read it', async () => {
    const asFull = await full.get(query({ ...nurse, url: 'Patient/shown' }));
    expect(told(asFull).parts('entry')[0]).toMatchObject({ rule: 'nurse#0', shows: true });
    expect(told(asFull).one('outcome')).toBe('allowed');
    const hidden = told(await full.get(query({ ...nurse, url: 'Patient/hidden' })));
    expect([hidden.one('outcome'), hidden.one('status')]).toEqual(['hidden', 404]);
    const texts = await Promise.all(
      ['shown', 'hidden', 'absent'].map(async (id) => {
        const answer = await admin.get(query({ ...nurse, url: `Patient/${id}` }));
        expect(told(answer).one('outcome')).toBe('unknown');
        return answer.text;
      }),
    );
    expect(new Set(texts).size).toBe(1);
  });

  test('explains the own request by default, by POST as well', async () => {
    const answer = await admin.post('$explain', {
      resourceType: 'Parameters',
      parameter: [{ name: 'url', valueString: 'GET Patient' }],
    });
    expect(told(answer).one('identity')).toEqual({ reference: 'Practitioner/admin' });
    expect(told(answer).one('outcome')).toBe('denied');
  });

  test('[R-031] an identity without a policy has nothing to consider', async () => {
    const { one, entries } = told(
      await admin.get(query({ identity: 'Practitioner/nobody', url: 'Patient' })),
    );
    expect([one('outcome'), entries]).toEqual(['denied', []]);
    expect(one('note')).toContain('no active membership');
  });

  test('is for those whose policy names it, and on record', async () => {
    for (const role of ['patient-a', 'clinician', 'auditor', 'nobody'] as const) {
      const answer = await server.as(role).get(query({ url: 'Patient' }));
      expect([role, answer.codes()]).toEqual([role, ['ACCESS_OPERATION_DENIED']]);
    }
    const head = await server.auditHead();
    await admin.get(query({ ...nurse, url: 'GET Patient?name=x' }));
    expect(await server.audit(head)).toMatchObject([
      {
        interaction: 'operation:explain',
        agent: 'Practitioner/admin',
        rule: 'admin#operation:explain',
        type: 'Practitioner',
        resource_id: 'nurse',
        query: 'GET Patient?name=x',
      },
    ]);
  });

  test.each([
    {},
    { url: '' },
    { url: 'Nix' },
    { url: 'Patient', method: 'BREW' },
    { url: 'Patient', identity: 'nurse' },
    { url: '_history' },
    { url: 'x'.repeat(5_000) },
  ])('what cannot be read is refused: %j', async (parameters) => {
    const answer = await admin.get(query(parameters));
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
  });
});

describe('X-Explain', () => {
  const header = { 'x-explain': 'true' };

  test('names the rules by which a request was allowed', async () => {
    const read = await admin.get('AccessPolicy/nurse', header);
    expect(read.headers.get('x-explain-rule')).toBe('admin#0');
    const search = await full.get('Patient?active=true', header);
    expect(search.headers.get('x-explain-rule')).toBe('full#0');
    expect((await admin.get('AccessPolicy/nurse')).headers.has('x-explain-rule')).toBe(false);
  });

  test('tells of each entry that was considered for a denied one', async () => {
    const answer = await admin.get('Patient', header);
    expect(answer.status).toBe(403);
    const { issue } = answer.json<{ issue: { severity: string; details: { text: string } }[] }>();
    expect(issue[0]?.severity).toBe('error');
    expect(issue.map(({ details }) => details.text)).toContain('admin#0: it is about AccessPolicy');
  });

  test('is ignored from all others', async () => {
    const strip = (answer: Answer) => [
      answer.status,
      answer.text,
      answer.headers.has('x-explain-rule'),
    ];
    for (const path of ['Organization', 'Patient', 'Observation', '$reindex']) {
      for (const client of [server.as('patient-a'), server.asProfile('Practitioner/nurse')]) {
        expect(strip(await client.get(path, header)).slice(0, 1)).toEqual(
          strip(await client.get(path)).slice(0, 1),
        );
        const answer = await client.get(path, header);
        expect(answer.headers.has('x-explain-rule')).toBe(false);
        expect(answer.text).not.toContain('it is about');
      }
    }
  });
});
