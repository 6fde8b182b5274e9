import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Bundle } from '@medplum/fhirtypes';
import type { Answer, FhirClient } from '../../support/fhir-client.ts';
import { observation } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let full: FhirClient;
/** A value that no other test uses. */
let key: string;
let count = 0;

beforeAll(async () => {
  server = await startTestServer();
  full = server.as('full');
}, 60_000);
afterAll(() => server.close(), 30_000);
beforeEach(() => {
  count += 1;
  key = `k${String(count)}`;
});

const patient = (more: object = {}) => ({
  resourceType: 'Patient',
  identifier: [{ system: 'urn:test', value: key }],
  ...more,
});
const criteria = () => `identifier=urn:test|${key}`;
const createIfNone = (client: FhirClient, condition = criteria()): Promise<Answer> =>
  client.post('Patient', patient(), { 'if-none-exist': condition });
const total = async (client = full): Promise<number> =>
  (await client.get(`Patient?${criteria()}&_summary=count`)).json<Bundle>().total ?? -1;
const said = async (send: Promise<Answer>): Promise<string | undefined> =>
  /"code":"(SUCCESSFUL_[A-Z_]+)"/.exec((await send).text)?.[1];
const OUTCOME = { prefer: 'return=OperationOutcome' };

describe('FHIR R4 http#ccreate', () => {
  test('the first creates, the second answers with what is there; with Type? or without', async () => {
    const first = await createIfNone(full);
    expect(first.status).toBe(201);
    for (const condition of [criteria(), `?${criteria()}`, `Patient?${criteria()}`]) {
      const again = await createIfNone(full, condition);
      expect(again.status).toBe(200);
      expect(again.text).toBe(first.text);
      expect(again.headers.get('location')).toBe(first.headers.get('location'));
      expect(again.headers.get('etag')).toBe('W/"1"');
    }
    expect(await total()).toBe(1);
  });

  test('HAPI storage codes say what happened', async () => {
    const send = () =>
      said(full.post('Patient', patient(), { 'if-none-exist': criteria(), ...OUTCOME }));
    expect(await send()).toBe('SUCCESSFUL_CREATE_NO_CONDITIONAL_MATCH');
    expect(await send()).toBe('SUCCESSFUL_CREATE_WITH_CONDITIONAL_MATCH');
  });

  test('several matches: 412, and nothing is created', async () => {
    await full.post('Patient', patient());
    await full.post('Patient', patient());
    const answer = await createIfNone(full);
    expect([answer.status, answer.codes()]).toEqual([412, ['FHIR_MULTIPLE_MATCHES']]);
    expect(await total()).toBe(2);
  });

  test.each([
    ['nothing', '', 400, 'FHIR_CRITERIA_MISSING'],
    ['an empty value', 'identifier=', 400, 'FHIR_CRITERIA_MISSING'],
    ['only a control parameter', '_count=1', 400, 'FHIR_CRITERIA_MISSING'],
    ['an unknown parameter', 'nonsense=1', 400, 'SEARCH_UNKNOWN_PARAMETER'],
    ['malformed encoding', 'identifier=%E4', 400, 'SEARCH_INVALID_CONTROL'],
  ])('criteria of %s are refused', async (_name, condition, status, code) => {
    const answer = await createIfNone(full, condition);
    expect([answer.status, answer.codes()[0]]).toEqual([status, code]);
  });

  test('20 equal ones at the same moment make one resource', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => createIfNone(full)));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    expect(statuses.filter((status) => status === 200)).toHaveLength(19);
    expect(await total()).toBe(1);
  }, 30_000);

  test('what the caller may not see does not match: hidden and absent are answered alike', async () => {
    const value = { identifier: [{ system: 'urn:test', value: key }] };
    await full.post('Observation', observation('patient-b', value));
    const mine = server.as('patient-a');
    const send = (condition: string) =>
      mine.post('Observation', observation('patient-a'), { 'if-none-exist': condition });
    const hidden = await send(`identifier=urn:test|${key}`);
    const absent = await send('identifier=urn:test|nobody-has-this');
    expect([hidden.status, absent.status]).toEqual([201, 201]);
  });

  test('who may create and not search is refused, whatever there is', async () => {
    const answer = await server
      .asProfile('Practitioner/nobody')
      .post('Patient', patient(), { 'if-none-exist': criteria() });
    expect(answer.status).toBe(403);
  });

  test('the search stands on the ledger with its criteria', async () => {
    const head = await server.auditHead();
    await createIfNone(full);
    const rows = await server.audit(head);
    expect(rows.map(({ interaction }) => interaction).sort()).toEqual(['create', 'search-type']);
    expect(rows.find(({ interaction }) => interaction === 'search-type')?.query).toContain(key);
  });
});

describe('FHIR R4 http#cond-update', () => {
  const put = (body: object, headers?: Record<string, string>) =>
    full.put(`Patient?${criteria()}`, body, headers);

  test('no match creates, one match updates, the same again changes nothing', async () => {
    const created = await put(patient());
    expect(created.status).toBe(201);
    const updated = await put(patient({ gender: 'female' }));
    expect([updated.status, updated.headers.get('etag')]).toEqual([200, 'W/"2"']);
    const again = await put(patient({ gender: 'female' }), OUTCOME);
    expect(again.headers.get('etag')).toBe('W/"2"');
    expect(again.text).toContain('SUCCESSFUL_UPDATE_WITH_CONDITIONAL_MATCH_NO_CHANGE');
    expect(await total()).toBe(1);
  });

  test('no match and an id: created under it; taken by what does not match: 409', async () => {
    const created = await put(patient({ id: `own-${key}` }));
    expect(created.status).toBe(201);
    expect(created.headers.get('location')).toContain(`/Patient/own-${key}/_history/1`);
    const other = await full.put(
      'Patient?identifier=urn:test|other',
      patient({ id: `own-${key}` }),
    );
    expect([other.status, other.codes()]).toEqual([409, ['FHIR_ID_TAKEN']]);
  });

  test('one match with another id: 400', async () => {
    await put(patient());
    const answer = await put(patient({ id: 'another' }));
    expect([answer.status, answer.codes()]).toEqual([400, ['FHIR_ID_DIFFERS']]);
  });

  test('several matches: 412', async () => {
    await full.post('Patient', patient());
    await full.post('Patient', patient());
    expect((await put(patient())).status).toBe(412);
  });

  test('If-Match is judged on the match', async () => {
    await put(patient());
    expect((await put(patient({ gender: 'male' }), { 'if-match': 'W/"7"' })).status).toBe(412);
    expect((await put(patient({ gender: 'male' }), { 'if-match': 'W/"1"' })).status).toBe(200);
  });

  test('10 equal ones at the same moment make one resource', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => put(patient())));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(await total()).toBe(1);
  }, 30_000);
});

describe('FHIR R4 http#patch, conditional', () => {
  const patch = () =>
    full.patch(`Patient?${criteria()}`, [{ op: 'add', path: '/gender', value: 'female' }]);

  test('one match is patched, none is 404, several are 412', async () => {
    expect([(await patch()).status, (await patch()).codes()]).toEqual([404, ['FHIR_NO_MATCH']]);
    await full.post('Patient', patient());
    expect((await patch()).json()).toMatchObject({ gender: 'female' });
    await full.post('Patient', patient());
    expect((await patch()).status).toBe(412);
  });
});

describe('FHIR R4 http#delete, conditional', () => {
  test('one match is deleted, none is told, several are 412 unless the client says _multiple', async () => {
    const remove = (more = '') => full.delete(`Patient?${criteria()}${more}`);
    expect(await said(remove())).toBe('SUCCESSFUL_DELETE_NOT_FOUND');
    await full.post('Patient', patient());
    expect(await said(remove())).toBe('SUCCESSFUL_DELETE');
    expect(await total()).toBe(0);
    await full.post('Patient', patient());
    await full.post('Patient', patient());
    expect((await remove()).status).toBe(412);
    const both = await remove('&_multiple=true');
    expect(both.text).toContain('deleted 2 resource');
    expect(await total()).toBe(0);
  });

  test('without criteria nothing is deleted', async () => {
    for (const query of ['', '?', '?_multiple=true', '?_cascade=delete']) {
      const answer = await full.delete(`Patient${query}`);
      expect([answer.status, answer.codes()]).toEqual([400, ['FHIR_CRITERIA_MISSING']]);
    }
  });

  test('return=minimal: 204 without a body', async () => {
    const answer = await full.delete('Patient/none', { prefer: 'return=minimal' });
    expect([answer.status, answer.text]).toEqual([204, '']);
  });
});

describe('FHIR R4 http#cread', () => {
  test.each([
    ['If-None-Match with the ETag', { 'if-none-match': 'W/"1"' }, 304],
    ['the same, strong', { 'if-none-match': '"1"' }, 304],
    ['one of a list', { 'if-none-match': 'W/"7", W/"1"' }, 304],
    ['any', { 'if-none-match': '*' }, 304],
    ['another', { 'if-none-match': 'W/"2"' }, 200],
    ['If-Modified-Since later', { 'if-modified-since': 'Fri, 31 Dec 2100 23:59:59 GMT' }, 304],
    ['If-Modified-Since earlier', { 'if-modified-since': 'Sat, 01 Jan 2000 00:00:00 GMT' }, 200],
    ['If-Modified-Since unreadable', { 'if-modified-since': 'yesterday' }, 200],
    [
      'the tag counts more than the date',
      { 'if-none-match': 'W/"2"', 'if-modified-since': 'Fri, 31 Dec 2100 23:59:59 GMT' },
      200,
    ],
  ])('%s', async (_name, headers, status) => {
    const created = await full.post('Patient', patient());
    const { id } = created.json<{ id: string }>();
    const answer = await full.get(`Patient/${id}`, headers);
    expect(answer.status).toBe(status);
    if (status === 304) expect([answer.text, answer.headers.get('etag')]).toEqual(['', 'W/"1"']);
  });

  test('Last-Modified sent back answers 304', async () => {
    const created = await full.post('Patient', patient());
    const { id } = created.json<{ id: string }>();
    const since = created.headers.get('last-modified') ?? '';
    expect((await full.get(`Patient/${id}`, { 'if-modified-since': since })).status).toBe(304);
  });
});
