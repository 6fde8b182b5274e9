import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { AuditEvent, Bundle, OperationOutcome } from '@medplum/fhirtypes';
import { Fhir } from 'fhir';
import { createValidator } from '../../../src/fhir/validation/validator.ts';
import { realDefinitions } from '../../support/clinical-store.ts';
import { observation } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { NO_OFFICIAL_DATA, skipNote } from '../../support/skip-note.ts';
import { type Profile, profileProblems, type ValueSets } from './profile.ts';

const FOLDER = join(import.meta.dirname, '../../../../shared/data/regulation-security/balp');
const BASIC = 'https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit';
const files = filesOf(FOLDER);
const note = skipNote(files.length > 0 ? undefined : NO_OFFICIAL_DATA);
const maybe = files.length > 0 ? describe : describe.skip;

const read = (name: string): unknown => JSON.parse(readFileSync(join(FOLDER, name), 'utf8'));
const named = (prefix: string): string[] => files.filter((name) => name.startsWith(prefix));
const profiles = new Map(
  named('StructureDefinition-')
    .map((name) => read(name) as Profile)
    .map((profile) => [profile.url, profile]),
);
const valueSets: ValueSets = new Map(
  named('ValueSet-').map((name) => {
    const { url, compose } = read(name) as {
      url: string;
      compose: { include: { system: string; concept?: { code: string }[] }[] };
    };
    const codes = compose.include.flatMap(({ system, concept = [] }) =>
      concept.map(({ code }) => ({ system, code })),
    );
    return [url, codes];
  }),
);

let server: TestServer;
let events: readonly AuditEvent[] = [];

beforeAll(async () => {
  server = await startTestServer();
  const full = server.as('full');
  const a = server.as('patient-a');
  const id = (await a.post('Observation', observation('patient-a'))).json<{ id: string }>().id;
  await a.get(`Observation/${id}`);
  await a.get(`Observation/${id}/_history/1`);
  await a.put(`Observation/${id}`, observation('patient-a', { id, status: 'amended' }));
  await a.patch(`Observation/${id}`, [{ op: 'replace', path: '/status', value: 'final' }]);
  await a.get('Observation?code=29463-7');
  await a.get('Observation?code=none');
  await full.delete(`Observation/${id}`);
  await full.put('Organization/o', { resourceType: 'Organization', id: 'o', name: 'x' });
  await full.get('Organization/o');
  await full.put('Organization/o', { resourceType: 'Organization', id: 'o', name: 'y' });
  await full.get('Organization?name=y');
  await full.delete('Organization/o');
  await full.post('$graphql', { query: '{ ObservationList(code: "29463-7") { id } }' });
  await full.get('Observation/none');
  await a.get('Practitioner/x');
  await a.get('AuditEvent');
  await full.post('$expunge', { resourceType: 'Parameters', parameter: [] });
  await full.post('', { resourceType: 'Bundle', type: 'batch', entry: [] });
  await server.anonymous().get('Patient');
  await full.put('ClientApplication/c', {
    resourceType: 'ClientApplication',
    id: 'c',
    name: 'Another',
  });
  const found = await server.as('auditor').get('AuditEvent?_count=1000');
  events = (found.json<Bundle>().entry ?? []).map(({ resource }) => resource as AuditEvent);
}, 60_000);
afterAll(() => server.close(), 30_000);

const profilesOf = (event: AuditEvent): readonly Profile[] =>
  (event.meta?.profile ?? []).flatMap((url) => profiles.get(url) ?? []);

maybe(`AuditEvents and the IHE BALP profiles${note}`, () => {
  test('the check is right: it finds nothing wrong with the official examples', () => {
    const wrong: string[] = [];
    let checked = 0;
    for (const name of named('AuditEvent-ex-auditBasic')) {
      const example = read(name) as AuditEvent;
      for (const profile of profilesOf(example)) {
        checked += 1;
        wrong.push(
          ...profileProblems(profile, example, valueSets).map((text) => `${name}: ${text}`),
        );
      }
    }
    expect(wrong).toEqual([]);
    expect(checked).toBeGreaterThan(15);
  });

  test.each([
    'Create',
    'Read',
    'Update',
    'Delete',
    'Query',
    'PatientCreate',
    'PatientRead',
    'PatientUpdate',
    'PatientDelete',
    'PatientQuery',
  ])('[R-048] events of the pattern %s fit their profile', (pattern) => {
    const url = `https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.${pattern}`;
    const profile = profiles.get(url) as Profile;
    const found = events.filter(
      ({ meta, agent }) =>
        meta?.profile?.includes(url) === true &&
        agent.some(({ who }) => who?.identifier?.value === 'test-app'),
    );
    expect(found.length).toBeGreaterThan(0);
    for (const event of found) expect(profileProblems(profile, event, valueSets)).toEqual([]);
  });

  test('no event names a profile that it does not fit, accesses from inside the server included', () => {
    const wrong = events.flatMap((event) => {
      const subtype = event.subtype?.[0]?.code ?? '';
      return profilesOf(event).flatMap((profile) =>
        profileProblems(profile, event, valueSets).map((text) => `${subtype}: ${text}`),
      );
    });
    expect([...new Set(wrong)]).toEqual([]);
    const named = new Set(events.flatMap(({ meta }) => meta?.profile ?? []));
    expect([...named].filter((url) => !profiles.has(url))).toEqual([]);
  });

  test('[R-045] an access by token is an instance of the profile of tokens as well', () => {
    const url = `${BASIC}.OAUTHaccessTokenUse.Minimal`;
    const byToken = events.filter(({ agent }) =>
      agent.some(({ policy }) => policy?.[0]?.startsWith('urn:ietf:params:oauth:jti:') === true),
    );
    expect(byToken.length).toBeGreaterThan(10);
    for (const event of byToken) expect(event.meta?.profile).toContain(url);
  });

  test('[R-049] a GraphQL document is one query event with the document', () => {
    const [event] = events.filter(({ entity }) => entity?.some(({ name }) => name === '$graphql'));
    expect(event?.meta?.profile).toContain(`${BASIC}.Query`);
    const query = event?.entity?.find(({ query: text }) => text !== undefined)?.query ?? '';
    expect(Buffer.from(query, 'base64').toString()).toContain('ObservationList');
  });

  test('[R-044] every event has exactly one requestor', () => {
    for (const { agent } of events)
      expect(agent.filter(({ requestor }) => requestor)).toHaveLength(1);
  });

  test.each<[string, (event: AuditEvent) => unknown]>([
    ['without agents', (event) => ({ ...event, agent: [] })],
    [
      'without the patient',
      (event) => ({
        ...event,
        entity: event.entity?.filter(
          ({ what }) => what?.reference?.startsWith('Patient/') !== true,
        ),
      }),
    ],
    ['with another action', (event) => ({ ...event, action: 'D' })],
    ['that failed', (event) => ({ ...event, outcome: '8' })],
    [
      'with another subtype',
      (event) => ({
        ...event,
        subtype: [{ system: 'http://hl7.org/fhir/restful-interaction', code: 'create' }],
      }),
    ],
  ])('the check is not blind: it finds an event %s', (_name, spoil) => {
    const url = 'https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.PatientRead';
    const event = events.find(({ meta }) => meta?.profile?.includes(url)) as AuditEvent;
    expect(profileProblems(profiles.get(url) as Profile, spoil(event), valueSets)).not.toEqual([]);
  });
});

maybe(`a second opinion on AuditEvents${note}`, () => {
  test('[R-074] the package fhir finds them valid R4', () => {
    const fhir = new Fhir();
    const wrong = events.flatMap((event) =>
      fhir
        .validate(event)
        .messages.filter(({ severity }) => ['error', 'fatal'].includes(String(severity)))
        .map(({ location, message }) => `${String(location)}: ${String(message)}`),
    );
    expect(events.length).toBeGreaterThan(20);
    expect([...new Set(wrong)]).toEqual([]);
  });

  test('[R-045] [R-046] $validate of the server, with the published profiles stored in it, finds no error', async () => {
    const full = server.as('full');
    for (const profile of profiles.values()) {
      const { id } = profile as Profile & { readonly id: string };
      const { status } = await full.put(`StructureDefinition/${id}`, profile);
      expect(status).toBe(201);
    }
    const byProfiles = new Map(
      events.map((event) => [(event.meta?.profile ?? []).join(' '), event]),
    );
    expect(byProfiles.size).toBeGreaterThan(10);
    for (const [names, event] of byProfiles) {
      const answer = await full.post('AuditEvent/$validate', event);
      const { issue } = answer.json<OperationOutcome>();
      const errors = issue.filter(({ severity }) => severity === 'error' || severity === 'fatal');
      expect({ names, errors }).toEqual({ names, errors: [] });
    }
  }, 120_000);
});

test('[R-074] every AuditEvent is a valid FHIR R4 resource', async () => {
  const validate = createValidator(await realDefinitions());
  expect(events.length).toBeGreaterThan(20);
  for (const event of events) {
    expect(() => {
      validate(event, 'AuditEvent');
    }).not.toThrow();
  }
});

function filesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
