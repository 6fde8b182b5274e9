import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Bundle, Parameters, ParametersParameter } from '@medplum/fhirtypes';
import type { FhirClient } from '../../support/fhir-client.ts';
import { observable, observation } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  const full = server.as('full');
  await full.put('Observation/a1', observation('patient-a', { id: 'a1' }));
  await full.put('Organization/praxis', {
    resourceType: 'Organization',
    id: 'praxis',
    name: 'Praxis am Markt',
  });
  await full.put('PractitionerRole/role', {
    resourceType: 'PractitionerRole',
    id: 'role',
    practitioner: { reference: 'Practitioner/clinician' },
    organization: { reference: 'Organization/praxis' },
  });
}, 60_000);
afterAll(() => server.close(), 30_000);

type Entry = Readonly<Record<string, unknown>> & {
  readonly who: Readonly<Record<string, unknown>>;
};

function entryOf({ part = [] }: ParametersParameter): Entry {
  return Object.fromEntries(
    part.map(({ name, part: parts, ...value }) => [
      name,
      parts === undefined ? Object.values(value)[0] : entryOf({ name, part: parts }),
    ]),
  ) as unknown as Entry;
}

async function log(
  client: FhirClient,
  query = '',
  language = 'en',
): Promise<{
  readonly entries: readonly Entry[];
  readonly next?: string;
  readonly language?: string;
}> {
  const answer = await client.get(`Patient/patient-a/$access-log${query}`, {
    'accept-language': language,
  });
  expect(answer.status).toBe(200);
  const { parameter = [] } = answer.json<Parameters>();
  const next = parameter.find(({ name }) => name === 'next')?.valueUrl;
  const spoken = parameter.find(({ name }) => name === 'language')?.valueCode;
  return {
    entries: parameter.filter(({ name }) => name === 'entry').map(entryOf),
    ...(next === undefined ? {} : { next }),
    ...(spoken === undefined ? {} : { language: spoken }),
  };
}

describe('Patient/[id]/$access-log', () => {
  test('[R-054] [R-123] says who did what, when and why, in German and in English', async () => {
    await server.as('patient-a').get('Observation/a1');
    const german = await log(server.as('patient-a'), '?_count=1', 'de-DE');
    expect(german.language).toBe('de');
    const [entry] = german.entries;
    expect(entry).toMatchObject({ deed: 'read', outcome: 'done', why: 'auf eigenen Wunsch' });
    expect(entry?.['text']).toMatch(
      /: Sie selbst haben Messwerte und Beobachtungen gelesen \(Grund: auf eigenen Wunsch\)\.$/,
    );
    const english = await log(server.as('patient-a'));
    const texts = english.entries.map(({ text }) => String(text));
    expect(
      texts.some((text) => text.includes('A program with full access added measurements')),
    ).toBe(true);
    expect(texts.some((text) => text.includes('You read the access log'))).toBe(true);
  });

  test('several reads of one request are one sentence', async () => {
    const get = { request: { method: 'GET', url: 'Observation/a1' } };
    await server.as('patient-a').post('', {
      resourceType: 'Bundle',
      type: 'batch',
      entry: [get, get, get],
    });
    const { entries } = await log(server.as('patient-a'), '?_count=2');
    expect(entries.map(({ deed }) => deed)).not.toEqual(['read', 'read']);
    expect(entries[0]).toMatchObject({ deed: 'read', resources: 1 });
  });

  test('a denied attempt that names the patient is in it, with role, code and organisation, without a name', async () => {
    await server.as('clinician').get('Patient/patient-a');
    const { entries } = await log(server.as('patient-a'));
    const attempt = entries.find(({ who }) => who['staff'] !== undefined);
    expect(attempt?.['outcome']).not.toBe('done');
    expect(attempt?.who).toMatchObject({
      role: 'clinician',
      staff: expect.stringMatching(/^[A-Z2-9]{4}-[A-Z2-9]{4}$/),
      organization: 'Praxis am Markt',
    });
    expect(attempt?.['text']).toMatch(
      /A clinician \(code .+, organisation Praxis am Markt\) tried to read/,
    );
    expect(JSON.stringify(attempt)).not.toContain('Practitioner/clinician');
  });

  test('each entry leads to its AuditEvent, which the patient may read', async () => {
    const { entries } = await log(server.as('patient-a'), '?_count=1');
    const { reference } = entries[0]?.['event'] as { reference: string };
    const event = await server.as('patient-a').get(reference);
    expect(event.status).toBe(200);
  });

  test('pages go back in time without a gap, and dates narrow', async () => {
    const before = new Date().toISOString();
    const whole = await log(server.as('patient-a'), `?end=${before}&_count=200`);
    const seen: unknown[] = [];
    let page = await log(server.as('patient-a'), `?end=${before}&_count=1`);
    for (;;) {
      seen.push(...page.entries.map(({ text }) => text));
      if (page.next === undefined) break;
      const query = page.next.slice(page.next.indexOf('?'));
      page = await log(server.as('patient-a'), query);
    }
    expect(new Set(seen)).toEqual(new Set(whole.entries.map(({ text }) => text)));
    expect((await log(server.as('patient-a'), '?start=2090-01-01')).entries).toEqual([]);
    expect((await log(server.as('patient-a'), '?end=2001')).entries).toEqual([]);
  });

  test('somebody else’s log looks like that of nobody', async () => {
    const other = server.as('patient-b');
    const foreign = await other.get('Patient/patient-a/$access-log');
    const absent = await other.get('Patient/no-such-one/$access-log');
    expect(foreign.json<Parameters>().parameter).toHaveLength(1);
    expect(observable(foreign, 'patient-a')).toEqual(observable(absent, 'no-such-one'));
  });

  test('an auditor reads everybody’s; who has no right to the ledger is refused', async () => {
    const { entries } = await log(server.as('auditor'));
    expect(entries.some(({ text }) => String(text).includes('The patient read'))).toBe(true);
    for (const role of ['clinician', 'admin', 'nobody'] as const) {
      const answer = await server.as(role).get('Patient/patient-a/$access-log');
      expect([answer.status, answer.codes()]).toEqual([403, ['ACCESS_DENIED']]);
    }
  });

  test('[R-275] reading it is on record as a use of the audit log', async () => {
    await log(server.as('auditor'));
    const found = await server
      .as('auditor')
      .get('AuditEvent?type=110101&subtype=operation&patient=Patient/patient-a&_count=1');
    expect(found.json<Bundle>().entry).toHaveLength(1);
  });

  test.each(['?start=yesterday', '?_count=0', '?nonsense=1', '?_cursor=x'])(
    'cannot be asked with %s',
    async (query) => {
      const answer = await server.as('patient-a').get(`Patient/patient-a/$access-log${query}`);
      expect(answer.status).toBe(400);
    },
  );
});
