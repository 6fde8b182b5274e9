import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Answer, FhirClient } from '../../support/fhir-client.ts';
import { membership } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let full: FhirClient;

/** Gives a practitioner of that name a policy of its own. */
async function role(name: string, resource: readonly object[]): Promise<FhirClient> {
  const policy = { resourceType: 'AccessPolicy', id: name, resource };
  expect((await full.put(`AccessPolicy/${name}`, policy)).status).toBe(201);
  await full.put(`Practitioner/${name}`, { resourceType: 'Practitioner', id: name });
  await full.put(`ProjectMembership/${name}`, membership(name, `Practitioner/${name}`, name));
  return server.asProfile(`Practitioner/${name}`);
}

const PATIENT = {
  resourceType: 'Patient',
  text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">Ada</div>' },
  extension: [
    { url: 'https://example.org/secret', valueString: 'canary' },
    { url: 'https://example.org/open', valueString: 'shown' },
  ],
  identifier: [
    { id: 'i1', system: 'https://example.org/a', value: 'canary-1' },
    { system: 'https://example.org/b', value: 'canary-2' },
  ],
  name: [
    { use: 'official', family: 'Canary', given: ['Ada'] },
    { use: 'nickname', family: 'Canaria', given: ['A'] },
  ],
  gender: 'female',
  birthDate: '1970-05-05',
  multipleBirthInteger: 2,
};

const HIDDEN = [
  'identifier.value',
  'name.family',
  "extension('https://example.org/secret')",
  'multipleBirth',
];

let count = 0;
/** Stores a patient under a new id. */
async function store(more: object = {}): Promise<{ id: string; url: string }> {
  count += 1;
  const id = `field-${String(count)}`;
  const url = `Patient/${id}`;
  expect((await full.put(url, { ...PATIENT, ...more, id })).status).toBe(201);
  return { id, url };
}

const stored = async (url: string) => (await full.get(url)).json<Record<string, unknown>>();

function said(answer: Answer): readonly [number, readonly string[]] {
  return [answer.status, answer.status < 400 ? [] : answer.codes()];
}

let clerk: FhirClient;
let editor: FhirClient;
let guard: FhirClient;

beforeAll(async () => {
  server = await startTestServer({ settings: ['fhir.referentialIntegrity=true'] });
  full = server.as('full');
  clerk = await role('clerk', [{ resourceType: 'Patient', hiddenFields: HIDDEN }]);
  editor = await role('editor', [
    { resourceType: 'Patient', readonlyFields: ['identifier', 'name.family', 'birthDate'] },
  ]);
  guard = await role('guard', [
    {
      resourceType: 'Patient',
      writeConstraint: [
        {
          language: 'text/fhirpath',
          expression: '%before.empty() or %before.gender = %after.gender',
        },
      ],
    },
  ]);
}, 60_000);
afterAll(() => server.close(), 30_000);

describe('what a rule hides', () => {
  test('[R-038] is kept when the resource is put back as it was shown', async () => {
    const { url } = await store();
    const before = await stored(url);
    const shown = await clerk.get(url);
    expect(shown.text).not.toMatch(/canary/i);
    expect((await clerk.put(url, shown.json())).status).toBe(200);
    expect(await stored(url)).toEqual(before);
  });

  test('[R-038] is kept when something else is changed, in lists too, and the narrative is not', async () => {
    const { url } = await store();
    const { text: _text, ...before } = await stored(url);
    const shown = (await clerk.get(url)).json<typeof PATIENT>();
    const [first, second] = shown.name;
    const name = [{ use: 'maiden' }, { ...second, given: ['B'] }, first];
    const changed = await clerk.put(url, { ...shown, gender: 'other', name });
    expect(changed.status).toBe(200);
    expect(changed.text).not.toMatch(/canar/i);
    const { meta, ...after } = await stored(url);
    expect(meta).toMatchObject({ versionId: '2' });
    expect(after).toEqual({
      ...before,
      meta: undefined,
      gender: 'other',
      name: [
        { use: 'maiden', family: 'Canaria' },
        { use: 'nickname', given: ['B'] },
        PATIENT.name[0],
      ],
    });
  });

  test.each([
    ['the value that is stored', { multipleBirthInteger: 2 }],
    ['another value', { multipleBirthInteger: 3 }],
    ['another type of the choice', { multipleBirthBoolean: true }],
    ['a value in a list', { identifier: [{ id: 'i1', value: 'canary-1' }] }],
    ['an extension', { extension: [{ url: 'https://example.org/secret', valueString: 'x' }] }],
  ])('[R-038] is not set to %s, whether or not there is something', async (_what, more) => {
    const withIt = await store();
    const without = await full.post('Patient', { resourceType: 'Patient' });
    const { id } = without.json<{ id: string }>();
    const answers = [
      await clerk.put(withIt.url, { resourceType: 'Patient', id: withIt.id, ...more }),
      await clerk.put(`Patient/${id}`, { resourceType: 'Patient', id, ...more }),
      await clerk.post('Patient', { resourceType: 'Patient', ...more }),
    ];
    for (const answer of answers) {
      expect(said(answer)).toEqual([403, ['ACCESS_FIELD_HIDDEN']]);
      expect(answer.text).toContain('clerk#0');
      expect(answer.text.replaceAll(withIt.id, id)).toBe(answers[1]?.text);
    }
    expect((await stored(withIt.url))['multipleBirthInteger']).toBe(2);
  });

  test('[R-038] stays hidden in XML as well', async () => {
    const { url } = await store();
    const before = await stored(url);
    const xml = { accept: 'application/fhir+xml', 'content-type': 'application/fhir+xml' };
    const shown = await clerk.get(url, { accept: 'application/fhir+xml' });
    const answer = await clerk.put(url, shown.text.replace('female', 'male'), xml);
    expect(answer.status).toBe(200);
    expect(answer.text).not.toMatch(/canar/i);
    const after = await stored(url);
    expect(after['identifier']).toEqual(before['identifier']);
    expect(after['gender']).toBe('male');
    const setting = shown.text.replace(
      /(<birthDate[^>]*\/>)/,
      '$1<multipleBirthInteger value="2"/>',
    );
    expect((await clerk.put(url, setting, xml)).status).toBe(403);
  });

  test('[R-038] is found out by no patch', async () => {
    const { url } = await store();
    const empty = (await full.post('Patient', { resourceType: 'Patient', gender: 'female' })).json<{
      id: string;
    }>();
    const ask = async (operation: object) => {
      const operations = [operation, { op: 'replace', path: '/gender', value: 'male' }];
      const [a, b] = [
        await clerk.patch(url, operations),
        await clerk.patch(`Patient/${empty.id}`, operations),
      ];
      expect(a.status).toBeGreaterThanOrEqual(400);
      expect(a.text).toBe(b.text);
      return a;
    };
    for (const value of ['canary-1', 'canary-0', 'x', '']) {
      await ask({ op: 'test', path: '/identifier/0/value', value });
    }
    for (const value of [1, 2, 3]) {
      expect((await ask({ op: 'test', path: '/multipleBirthInteger', value })).codes()).toEqual([
        'FHIR_INVALID_PATCH',
      ]);
    }
    await ask({ op: 'remove', path: '/multipleBirthInteger' });
    await ask({ op: 'copy', from: '/multipleBirthInteger', path: '/birthDate' });
    const set = await ask({ op: 'add', path: '/multipleBirthInteger', value: 2 });
    expect(said(set)).toEqual([403, ['ACCESS_FIELD_HIDDEN']]);
    expect((await stored(url))['gender']).toBe('female');
  });

  test('[R-038] is kept by a patch of what is shown', async () => {
    const { url } = await store();
    const answer = await clerk.patch(url, [
      { op: 'test', path: '/extension/0/url', value: 'https://example.org/open' },
      { op: 'remove', path: '/name/0' },
      { op: 'replace', path: '/gender', value: 'male' },
    ]);
    expect(answer.status).toBe(200);
    const after = await stored(url);
    expect(after).toMatchObject({
      gender: 'male',
      name: [PATIENT.name[1]],
      identifier: PATIENT.identifier,
      extension: PATIENT.extension,
      multipleBirthInteger: 2,
    });
    const fhirPath = {
      resourceType: 'Parameters',
      parameter: [
        {
          name: 'operation',
          part: [
            { name: 'type', valueCode: 'replace' },
            { name: 'path', valueString: "Patient.name.where(family='Canaria').use" },
            { name: 'value', valueCode: 'old' },
          ],
        },
      ],
    };
    const asked = await clerk.patch(url, fhirPath, { 'content-type': 'application/fhir+json' });
    expect(said(asked)).toEqual([400, ['FHIR_INVALID_PATCH']]);
  });

  test('[R-038] is kept and not told in transactions, batches and conditional updates', async () => {
    const { id, url } = await store();
    const entry = (resource: object) => ({
      resource: { resourceType: 'Patient', id, ...resource },
      request: { method: 'PUT', url },
    });
    const bundle = (type: string, resource: object) => ({
      resourceType: 'Bundle',
      type,
      entry: [entry(resource)],
    });
    const done = await clerk.post('', bundle('transaction', { gender: 'male' }), {
      prefer: 'return=representation',
    });
    expect(done.status).toBe(200);
    expect(done.text).not.toMatch(/canar/i);
    expect(await stored(url)).toMatchObject({ multipleBirthInteger: 2, gender: 'male' });
    const refused = await clerk.post('', bundle('transaction', { multipleBirthInteger: 2 }));
    expect(said(refused)).toEqual([403, ['ACCESS_FIELD_HIDDEN']]);
    const batch = await clerk.post('', bundle('batch', { multipleBirthInteger: 2 }));
    expect(batch.text).toContain('ACCESS_FIELD_HIDDEN');
    const conditional = await clerk.put(`Patient?_id=${id}`, {
      resourceType: 'Patient',
      gender: 'other',
    });
    expect(conditional.status).toBe(200);
    expect(await stored(url)).toMatchObject({ multipleBirthInteger: 2, gender: 'other' });
  });

  test('[R-038] does not show in whether a version is the one expected', async () => {
    const { id, url } = await store();
    const etag = (await clerk.get(url)).headers.get('etag') as string;
    await full.put(url, { ...PATIENT, id, multipleBirthInteger: 3 });
    const body = { resourceType: 'Patient', id, gender: 'male' };
    expect((await clerk.put(url, body, { 'if-match': 'W/"2"' })).status).toBe(412);
    const answer = await clerk.put(url, body, { 'if-match': etag });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('etag')).toBe((await clerk.get(url)).headers.get('etag'));
    expect((await clerk.put(url, body, { 'if-match': etag })).status).toBe(412);
    expect((await stored(url))['multipleBirthInteger']).toBe(3);
  });

  test('[R-038] does not show in whether a value fits to it', async () => {
    const dated = await role('dated', [
      { resourceType: 'Encounter', hiddenFields: ['period.end', 'status'] },
    ]);
    const create = async (end: string) =>
      (
        await full.post('Encounter', {
          resourceType: 'Encounter',
          status: 'finished',
          class: { code: 'AMB' },
          period: { start: '2020-01-01', end },
        })
      ).json<{ id: string }>().id;
    for (const end of ['2020-06-01', '2022-06-01']) {
      const id = await create(end);
      const answer = await dated.put(`Encounter/${id}`, {
        resourceType: 'Encounter',
        id,
        class: { code: 'AMB' },
        period: { start: '2021-01-01' },
      });
      expect(answer.status).toBe(200);
      expect(await stored(`Encounter/${id}`)).toMatchObject({
        status: 'finished',
        period: { start: '2021-01-01', end },
      });
    }
  });
});

describe('references in a part of a resource', () => {
  test('[R-036] are checked as they are shown: what is hidden vouches for none and is in no path', async () => {
    const all = full;
    const policy = {
      resourceType: 'AccessPolicy',
      id: 'linker',
      resource: [
        { resourceType: 'Observation', hiddenFields: ['performer', "extension('urn:hidden')"] },
        { resourceType: 'Patient', criteria: 'Patient?_id=patient-a' },
      ],
    };
    expect((await all.put('AccessPolicy/linker', policy)).status).toBe(201);
    await all.put('Practitioner/linker', { resourceType: 'Practitioner', id: 'linker' });
    await all.put(
      'ProjectMembership/linker',
      membership('linker', 'Practitioner/linker', 'linker'),
    );
    const linker = server.asProfile('Practitioner/linker');
    const about = { resourceType: 'Observation', status: 'final', code: { text: 'x' } };
    const put = async (performer: string) => {
      const made = await all.post('Observation', {
        ...about,
        subject: { reference: 'Patient/patient-a' },
        performer: [{ reference: performer }],
        extension: [{ url: 'urn:hidden', valueString: 'x' }],
      });
      const { id } = made.json<{ id: string }>();
      const answer = await linker.put(`Observation/${id}`, {
        ...about,
        id,
        subject: { reference: 'Patient/patient-a' },
        extension: [{ url: 'urn:shown', valueReference: { reference: 'Patient/patient-b' } }],
        focus: [{ reference: 'Patient/patient-b' }],
      });
      return { answer, text: answer.text.replaceAll(id, 'id') };
    };
    const [named, other] = [await put('Patient/patient-b'), await put('Patient/patient-a')];
    expect(said(named.answer)).toEqual([400, ['FHIR_REFERENCE_NOT_FOUND']]);
    expect(named.text).toBe(other.text);
    expect(named.text).toContain('extension[0]');
  });
});

describe('what a rule lets be read only', () => {
  test('[R-038] may be sent as it was, or left out', async () => {
    const { id, url } = await store();
    const shown = (await editor.get(url)).json<typeof PATIENT>();
    expect(shown.name[0]?.family).toBe('Canary');
    expect((await editor.put(url, { ...shown, gender: 'male' })).status).toBe(200);
    const name = shown.name.map(({ family: _family, ...rest }) => rest);
    const left = await editor.put(url, { resourceType: 'Patient', id, name });
    expect(left.status).toBe(200);
    const after = await stored(url);
    expect(after).toMatchObject({
      name: PATIENT.name,
      identifier: PATIENT.identifier,
      birthDate: '1970-05-05',
    });
    expect(after['gender']).toBeUndefined();
  });

  test.each([
    ['changed', { birthDate: '1970-05-06' }],
    ['changed in a list', { name: [{ use: 'official', family: 'Other', given: ['Ada'] }] }],
    ['set in a new item', { name: [...PATIENT.name, { family: 'More' }] }],
    ['emptied in part', { identifier: [PATIENT.identifier[0]] }],
  ])('[R-038] is not %s', async (_how, more) => {
    const { id, url } = await store();
    const answer = await editor.put(url, { ...PATIENT, ...more, id });
    const [row] = (await server.audit()).slice(-1);
    expect(said(answer)).toEqual([403, ['ACCESS_FIELD_READONLY']]);
    expect(answer.text).toContain('editor#0');
    expect(await stored(url)).toMatchObject({ name: PATIENT.name, birthDate: '1970-05-05' });
    expect([row?.outcome, row?.detail, row?.rule]).toEqual([
      8,
      'ACCESS_FIELD_READONLY',
      'editor#0',
    ]);
  });

  test('[R-038] is neither created nor patched', async () => {
    const created = await editor.post('Patient', { resourceType: 'Patient', birthDate: '2000' });
    expect(said(created)).toEqual([403, ['ACCESS_FIELD_READONLY']]);
    expect((await editor.post('Patient', { resourceType: 'Patient', gender: 'male' })).status).toBe(
      201,
    );
    const { url } = await store();
    const patched = await editor.patch(url, [{ op: 'replace', path: '/birthDate', value: '2000' }]);
    expect(said(patched)).toEqual([403, ['ACCESS_FIELD_READONLY']]);
  });
});

describe('a constraint on writes', () => {
  test('[R-035] allows what satisfies it and refuses the rest', async () => {
    const { id, url } = await store();
    const same = await guard.put(url, {
      resourceType: 'Patient',
      id,
      gender: 'female',
      active: true,
    });
    expect(same.status).toBe(200);
    const other = await guard.put(url, { resourceType: 'Patient', id, gender: 'male' });
    expect(said(other)).toEqual([403, ['ACCESS_CONSTRAINT']]);
    expect(other.text).toContain('guard#0');
    const patched = await guard.patch(url, [{ op: 'replace', path: '/gender', value: 'male' }]);
    expect(said(patched)).toEqual([403, ['ACCESS_CONSTRAINT']]);
    // An element that is compared with nothing gives nothing, and nothing is not true.
    expect(said(await guard.delete(url))).toEqual([403, ['ACCESS_CONSTRAINT']]);
    expect((await guard.post('Patient', { resourceType: 'Patient' })).status).toBe(201);
    expect((await stored(url))['gender']).toBe('female');
  });

  test('[R-035] of one rule takes nothing away that another allows', async () => {
    const two = await role('two', [
      {
        resourceType: 'Patient',
        writeConstraint: [{ language: 'text/fhirpath', expression: 'false' }],
        hiddenFields: ['gender'],
      },
      { resourceType: 'Patient', criteria: 'Patient?gender=female', readonlyFields: ['birthDate'] },
    ]);
    const { id, url } = await store();
    const changed = await two.put(url, { ...PATIENT, id, active: true });
    expect(changed.status).toBe(200);
    const refused = await two.put(url, { ...PATIENT, id, birthDate: '2000' });
    expect(refused.status).toBe(403);
    expect((await two.put(url, { ...PATIENT, id, gender: 'male' })).status).toBe(403);
  });
});
