import { expect } from '@jest/globals';
import type { Answer, FhirClient } from '../../support/fhir-client.ts';
import { membership } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

export const PATIENT = {
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

export const HIDDEN = [
  'identifier.value',
  'name.family',
  "extension('https://example.org/secret')",
  'multipleBirth',
];

/** A server on which Patients are written under rules about their elements. */
export interface FieldRulesServer {
  readonly server: TestServer;
  readonly full: FhirClient;
  /** Gives a practitioner of that name a policy of its own. */
  role(name: string, resource: readonly object[]): Promise<FhirClient>;
  /** Stores a {@link PATIENT} under a new id. */
  store(more?: object): Promise<{ id: string; url: string }>;
  /** What is stored, all of it. */
  stored(url: string): Promise<Record<string, unknown>>;
}

export async function startFieldRulesServer(): Promise<FieldRulesServer> {
  const server = await startTestServer({ settings: ['fhir.referentialIntegrity=true'] });
  const full = server.as('full');
  let count = 0;
  return {
    server,
    full,
    async role(name, resource) {
      const policy = { resourceType: 'AccessPolicy', id: name, resource };
      expect((await full.put(`AccessPolicy/${name}`, policy)).status).toBe(201);
      await full.put(`Practitioner/${name}`, { resourceType: 'Practitioner', id: name });
      await full.put(`ProjectMembership/${name}`, membership(name, `Practitioner/${name}`, name));
      return server.asProfile(`Practitioner/${name}`);
    },
    async store(more = {}) {
      count += 1;
      const id = `field-${String(count)}`;
      const url = `Patient/${id}`;
      expect((await full.put(url, { ...PATIENT, ...more, id })).status).toBe(201);
      return { id, url };
    },
    stored: async (url) => (await full.get(url)).json<Record<string, unknown>>(),
  };
}

/** Status and codes of a refusal. */
export function said(answer: Answer): readonly [number, readonly string[]] {
  return [answer.status, answer.status < 400 ? [] : answer.codes()];
}
