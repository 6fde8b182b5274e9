import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Bundle, Patient } from '@medplum/fhirtypes';
import type { Answer, FhirClient } from '../../support/fhir-client.ts';
import { membership } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let full: FhirClient;
/** Sees Patients without their birth dates; of documents no attachments. */
let partial: FhirClient;

beforeAll(async () => {
  server = await startTestServer();
  full = server.as('full');
  const resource = [
    { resourceType: 'Patient', hiddenFields: ['birthDate'] },
    { resourceType: 'Binary' },
    { resourceType: 'DocumentReference', hiddenFields: ['content.attachment'] },
    { resourceType: 'Basic' },
  ];
  await full.put('AccessPolicy/partial', { resourceType: 'AccessPolicy', id: 'partial', resource });
  await full.put('Practitioner/partial', { resourceType: 'Practitioner', id: 'partial' });
  await full.put(
    'ProjectMembership/partial',
    membership('partial', 'Practitioner/partial', 'partial'),
  );
  partial = server.asProfile('Practitioner/partial');
}, 90_000);
afterAll(() => server.close(), 30_000);

async function write(id: string, more: Partial<Patient>): Promise<void> {
  const answer = await full.put(`Patient/${id}`, { resourceType: 'Patient', id, ...more });
  expect(answer.status).toBeLessThan(300);
}

const etagOf = (answer: Answer): string => answer.headers.get('etag') ?? '';

const patientOf = (answer: Answer) => answer.json<Patient>();

const entriesOf = (answer: Answer) => answer.json<Bundle>().entry ?? [];

describe('[R-038] [V-27] versions change for a caller when what they see changes', () => {
  test('a hidden change leaves no trace, a visible one does', async () => {
    await write('tagged', { gender: 'female', birthDate: '1970-01-01' });
    const first = await partial.get('Patient/tagged');
    await write('tagged', { gender: 'female', birthDate: '1971-01-01' });
    const second = await partial.get('Patient/tagged');
    await write('tagged', { gender: 'male', birthDate: '1971-01-01' });
    const third = await partial.get('Patient/tagged');
    expect(etagOf(first)).toMatch(/^W\/"v[0-9a-f]{32}"$/);
    expect([etagOf(second), second.text]).toEqual([etagOf(first), first.text]);
    expect(etagOf(third)).not.toBe(etagOf(first));
    for (const answer of [first, second, third]) {
      expect(answer.headers.get('last-modified')).toBeNull();
      expect(answer.text).not.toMatch(/lastUpdated/);
      expect(answer.headers.get('content-location')).toMatch(/_history\/v[0-9a-f]{32}$/);
      expect(patientOf(answer).meta?.versionId).toMatch(/^v/);
    }
  });

  test('[V-28] If-None-Match and If-Match compare by what is seen', async () => {
    await write('matched', { gender: 'female', birthDate: '1970-01-01' });
    const tag = etagOf(await partial.get('Patient/matched'));
    await write('matched', { gender: 'female', birthDate: '1971-01-01' });
    expect((await partial.get('Patient/matched', { 'if-none-match': tag })).status).toBe(304);
    const since = new Date(Date.now() + 60_000).toUTCString();
    expect((await partial.get('Patient/matched', { 'if-modified-since': since })).status).toBe(200);
    const changed = { resourceType: 'Patient', id: 'matched', gender: 'male' };
    const numbered = await partial.put('Patient/matched', changed, { 'if-match': 'W/"2"' });
    expect(numbered.status).toBe(412);
    const named = await partial.put('Patient/matched', changed, { 'if-match': tag });
    expect(named.status).toBe(200);
    expect(patientOf(named)).toMatchObject({ gender: 'male' });
    expect(etagOf(named)).toBe(etagOf(await partial.get('Patient/matched')));
    expect(named.headers.get('location')).toMatch(/_history\/v[0-9a-f]{32}$/);
    const stored = patientOf(await full.get('Patient/matched'));
    expect(stored).toMatchObject({ gender: 'male', birthDate: '1971-01-01' });
    expect(stored.meta?.tag).toBeUndefined();
  });

  test('[V-30] the history leaves out versions that look like the one before', async () => {
    await write('past', { gender: 'female', birthDate: '1970-01-01' });
    await write('past', { gender: 'female', birthDate: '1971-01-01' });
    await write('past', { gender: 'male', birthDate: '1971-01-01' });
    await write('past', { gender: 'male', birthDate: '1972-01-01' });
    await full.delete('Patient/past');
    for (const path of ['Patient/past/_history', 'Patient/_history', '_history']) {
      const entries = entriesOf(await partial.get(path)).filter(({ fullUrl }) =>
        fullUrl?.endsWith('/past'),
      );
      expect(entries.map(({ request }) => request?.method)).toEqual(['DELETE', 'PUT', 'PUT']);
      expect(entries.map(({ resource }) => (resource as Patient | undefined)?.gender)).toEqual([
        undefined,
        'male',
        'female',
      ]);
      expect(JSON.stringify(entries)).not.toMatch(/lastModified|lastUpdated|birthDate/);
      expect(entries[0]?.response?.etag).toBeUndefined();
    }
    expect(entriesOf(await full.get('Patient/past/_history'))).toHaveLength(5);
    const pages: Answer[] = [];
    for (let url: string | undefined = 'Patient/past/_history?_count=1'; url !== undefined; ) {
      const page: Answer = await partial.get(url);
      pages.push(page);
      const { link = [] } = page.json<Bundle>();
      url = pages.length > 9 ? undefined : link.find((one) => one.relation === 'next')?.url;
    }
    expect(pages.flatMap((page) => entriesOf(page)).length).toBe(3);
  });

  test('a version is read by its name; numbers lead nowhere, and hidden and absent are alike', async () => {
    await write('named', { gender: 'female', birthDate: '1970-01-01' });
    const tag = etagOf(await partial.get('Patient/named')).slice(3, -1);
    await write('named', { gender: 'male' });
    const version = await partial.get(`Patient/named/_history/${tag}`);
    expect(version.status).toBe(200);
    expect(patientOf(version)).toMatchObject({
      gender: 'female',
      meta: { versionId: tag },
    });
    expect(version.text).not.toContain('1970-01');
    for (const wrong of ['1', '2', '3', `v${'0'.repeat(32)}`, tag.slice(1)]) {
      expect((await partial.get(`Patient/named/_history/${wrong}`)).status).toBe(404);
    }
    expect((await full.get('Patient/named/_history/1')).status).toBe(200);
    expect((await full.get(`Patient/named/_history/${tag}`)).status).toBe(404);
  });
});

describe('[R-038] [V-49] content of hidden attachments', () => {
  test('a Binary of a document whose attachments are hidden is not there', async () => {
    const text = Buffer.from('Geheim').toString('base64');
    await full.put('DocumentReference/doc', {
      resourceType: 'DocumentReference',
      id: 'doc',
      status: 'current',
      content: [{ attachment: { url: 'Binary/x', title: 'Geheim' } }],
    });
    await full.put('Basic/open', { resourceType: 'Basic', id: 'open', code: { text: 'x' } });
    const binary = async (context: string): Promise<string> => {
      const answer = await full.post('Binary', {
        resourceType: 'Binary',
        contentType: 'text/plain',
        data: text,
        securityContext: { reference: context },
      });
      expect(answer.status).toBe(201);
      return answer.json<{ id: string }>().id;
    };
    const hidden = await binary('DocumentReference/doc');
    const open = await binary('Basic/open');
    expect((await partial.get('DocumentReference/doc')).text).not.toContain('Geheim');
    expect((await partial.get(`Binary/${hidden}`)).status).toBe(404);
    expect((await full.get(`Binary/${hidden}`, { accept: 'text/plain' })).text).toBe('Geheim');
    expect((await partial.get(`Binary/${open}`, { accept: 'text/plain' })).text).toBe('Geheim');
  });
});
