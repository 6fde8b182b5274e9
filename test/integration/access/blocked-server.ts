import { expect } from '@jest/globals';
import type { Answer, FhirClient } from '../../support/fhir-client.ts';
import { membership, observation } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

const BLOCKED = 'https://diga-server.dev/fhir/StructureDefinition/access-policy-blocked-parameter';
export const KVNR = 'http://fhir.de/sid/gkv/kvid-10';

/** A server with three Patients, and callers to whom parts of them are hidden. */
export interface BlockedServer {
  readonly server: TestServer;
  readonly full: FhirClient;
  /** Sees every Patient and Observation, but neither who they are nor what was measured. */
  readonly blind: FhirClient;
  /** Sees all of one Patient, and of the others the same as {@link blind}. */
  readonly half: FhirClient;
  /** Sees Patients without birth dates and may write them. */
  readonly partner: FhirClient;
}

export async function startBlockedServer(): Promise<BlockedServer> {
  const server = await startTestServer({ settings: ['search.settleSeconds=0'] });
  const full = server.as('full');
  const hiddenFields = ['birthDate', 'identifier', 'name'];
  const observations = {
    resourceType: 'Observation',
    hiddenFields: ['value', 'component.valueQuantity', 'note'],
  };
  const blind = await identityWith(server, 'blind', [
    { resourceType: 'Patient', hiddenFields },
    observations,
    { resourceType: 'Encounter' },
    { resourceType: 'Subscription' },
  ]);
  const half = await identityWith(server, 'half', [
    { resourceType: 'Patient', hiddenFields },
    { resourceType: 'Patient', criteria: 'Patient?_id=seen' },
    {
      resourceType: 'Observation',
      criteria: 'Observation?status=final',
      hiddenFields: ['subject', 'performer'],
    },
    { resourceType: 'Observation', criteria: 'Observation?status=amended' },
  ]);
  const partner = await identityWith(server, 'partner', [
    {
      resourceType: 'Patient',
      hiddenFields: ['birthDate'],
      extension: [{ url: BLOCKED, valueCode: 'identifier' }],
    },
    { resourceType: 'Observation' },
  ]);
  for (const [id, birthDate, family] of [
    ['seen', '1970-01-01', 'Ahrens'],
    ['other', '1970-01-01', 'Ahrens'],
    ['third', '1988-08-08', 'Brandt'],
  ] as const) {
    const identifier = [{ system: KVNR, value: `A00000000${family.length}` }];
    const body = { resourceType: 'Patient', id, birthDate, name: [{ family }], identifier };
    await expectStored(full.put(`Patient/${id}`, body));
    const valueQuantity = { value: id === 'third' ? 9 : 5, unit: 'kg' };
    const status = id === 'third' ? 'amended' : 'final';
    await expectStored(
      full.put(`Observation/o-${id}`, {
        ...observation(id, { status, valueQuantity, effectiveDateTime: '2026-01-01' }),
        id: `o-${id}`,
      }),
    );
  }
  return { server, full, blind, half, partner };
}

export async function expectStored(answer: Promise<Answer>): Promise<void> {
  const { status, text } = await answer;
  if (status > 201) throw new Error(text);
}

export async function identityWith(
  server: TestServer,
  id: string,
  resource: readonly object[],
  extension: readonly object[] = [],
): Promise<FhirClient> {
  const full = server.as('full');
  const policy = { resourceType: 'AccessPolicy', id, resource };
  const body = extension.length === 0 ? policy : { ...policy, extension };
  await expectStored(full.put(`AccessPolicy/${id}`, body));
  const profile = `Practitioner/${id}`;
  await expectStored(full.put(profile, { resourceType: 'Practitioner', id }));
  await expectStored(full.put(`ProjectMembership/${id}`, membership(id, profile, id)));
  return server.asProfile(profile);
}

export function expectBlocked(answer: Answer, name: string, rule: string): void {
  expect([answer.status, answer.text]).toEqual([403, expect.anything()]);
  expect(answer.codes()).toEqual(['ACCESS_PARAMETER_BLOCKED']);
  expect(answer.text).toContain(name);
  expect(answer.text).toContain(rule);
}

export function idsOf(answer: Answer): readonly string[] {
  expect(answer.status).toBe(200);
  const { entry = [] } = answer.json<{ entry?: { resource: { id: string } }[] }>();
  return entry.map(({ resource }) => resource.id);
}
