import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FhirClient } from '../../support/fhir-client.ts';
import {
  type FieldRulesServer,
  HIDDEN,
  PATIENT,
  said,
  startFieldRulesServer,
} from './field-rules-server.ts';

let server: FieldRulesServer['server'];
let full: FhirClient;
let role: FieldRulesServer['role'];
let store: FieldRulesServer['store'];
let stored: FieldRulesServer['stored'];
let clerk: FhirClient;

beforeAll(async () => {
  ({ server, full, role, store, stored } = await startFieldRulesServer());
  clerk = await role('clerk', [{ resourceType: 'Patient', hiddenFields: HIDDEN }]);
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
