import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FhirClient } from '../../support/fhir-client.ts';
import { membership } from '../../support/resources.ts';
import {
  type FieldRulesServer,
  PATIENT,
  said,
  startFieldRulesServer,
} from './field-rules-server.ts';

let server: FieldRulesServer['server'];
let full: FhirClient;
let role: FieldRulesServer['role'];
let store: FieldRulesServer['store'];
let stored: FieldRulesServer['stored'];
let editor: FhirClient;
let guard: FhirClient;

beforeAll(async () => {
  ({ server, full, role, store, stored } = await startFieldRulesServer());
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
