import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, FhirClient } from '../../support/fhir-client.ts';
import { type Receiver, startReceiver } from '../../support/receiver.ts';
import { membership, observation } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { ASYNC, exported, linesOf } from '../bulk/export-client.ts';

const OPERATION = 'https://diga-server.dev/fhir/StructureDefinition/access-policy-operation';
/** A moment for an event that must not come: others arrive within a tenth of it. */
const QUIET = 1_500;

let server: TestServer;
let full: FhirClient;
/** Sees the birth date of one Patient of three, and whose only one Observation is. */
let half: FhirClient;
let receiver: Receiver;

const HIDING = [
  { resourceType: 'Patient', hiddenFields: ['birthDate'] },
  { resourceType: 'Patient', criteria: 'Patient?_id=seen' },
  {
    resourceType: 'Observation',
    criteria: 'Observation?status=final',
    hiddenFields: ['subject', 'performer'],
  },
  { resourceType: 'Observation', criteria: 'Observation?status=amended' },
  { resourceType: 'Subscription' },
];
const OPEN = [{ resourceType: 'Patient' }, { resourceType: 'Subscription' }];

beforeAll(async () => {
  receiver = await startReceiver();
  server = await startTestServer({
    settings: [`subscriptions.privateDestinations=${receiver.host}`],
  });
  full = server.as('full');
  await allow('half', HIDING);
  half = server.asProfile('Practitioner/half', 'system/*.*');
  for (const id of ['seen', 'other', 'third']) {
    await stored(
      full.put(`Patient/${id}`, { resourceType: 'Patient', id, birthDate: '1970-01-01' }),
    );
    const status = id === 'third' ? 'amended' : 'final';
    await stored(
      full.put(`Observation/o-${id}`, { ...observation(id, { status }), id: `o-${id}` }),
    );
  }
}, 120_000);
afterEach(() => allow('half', HIDING));
afterAll(async () => {
  await server.close();
  await receiver.close();
}, 30_000);

async function stored(answer: Promise<Answer>): Promise<void> {
  const { status, text } = await answer;
  if (status > 201) throw new Error(text);
}

async function allow(id: string, resource: readonly object[]): Promise<void> {
  await stored(
    full.put(`AccessPolicy/${id}`, {
      resourceType: 'AccessPolicy',
      id,
      extension: [{ url: OPERATION, valueCode: 'export' }],
      resource,
    }),
  );
  const profile = `Practitioner/${id}`;
  await stored(full.put(profile, { resourceType: 'Practitioner', id }));
  await stored(full.put(`ProjectMembership/${id}`, membership(id, profile, id)));
}

const idsIn = async (path: string): Promise<readonly string[]> => {
  const { output } = await exported(half, path);
  const lines = await linesOf(half, output);
  return lines
    .map(({ id }) => id)
    .filter((id) => /^(?:o-)?(?:seen|other|third)$/.test(id))
    .sort();
};

describe('[R-040][R-121] bulk exports ask no more than a search may', () => {
  test.each([
    ['_since', '$export?_type=Patient&_since=2026-01-01T00:00:00Z'],
    ['_until', '$export?_type=Observation&_until=2026-01-01T00:00:00Z'],
    ['_lastUpdated', '$export?_type=Patient&_typeFilter=Patient%3F_lastUpdated%3Dgt2026'],
    [
      'subject:identifier',
      '$export?_type=Observation&_typeFilter=Observation%3Fsubject:identifier%3Dx',
    ],
  ])('%s: %s is refused before anything starts', async (name, path) => {
    const answer = await half.get(path, ASYNC);
    expect([answer.status, answer.codes()]).toEqual([403, ['ACCESS_PARAMETER_BLOCKED']]);
    expect(answer.text).toContain(name);
  });

  test('a filter selects among what shows the element', async () => {
    const path = '$export?_type=Patient&_typeFilter=Patient%3Fbirthdate%3D1970-01-01';
    expect(await idsIn(path)).toEqual(['seen']);
    expect(await idsIn('$export?_type=Patient')).toEqual(['other', 'seen', 'third']);
  });

  test('whose a resource is does not show in which export it stands', async () => {
    expect(await idsIn('$export?_type=Observation')).toEqual(['o-other', 'o-seen', 'o-third']);
    expect(await idsIn('Patient/$export?_type=Observation,Patient')).toEqual([
      'o-third',
      'other',
      'seen',
      'third',
    ]);
    expect(await idsIn('$export?_type=Observation,Patient&organizeOutputBy=Patient')).toEqual([
      'o-third',
      'other',
      'seen',
      'third',
    ]);
  });
});

describe('[R-040] subscriptions ask no more than a search may', () => {
  const subscription = (criteria: string, path: string) => ({
    resourceType: 'Subscription',
    status: 'active',
    reason: 'test',
    criteria,
    channel: {
      type: 'rest-hook',
      endpoint: `${receiver.url}/${path}`,
      payload: 'application/json',
    },
  });

  test('criteria on what one rule hides are refused when they are written', async () => {
    const answer = await half.post('Subscription', subscription('Patient?birthdate=1970', 'x'));
    expect([answer.status, answer.codes()]).toEqual([403, ['ACCESS_PARAMETER_BLOCKED']]);
  });

  test('and are served no longer when the policy becomes narrower', async () => {
    await allow('half', OPEN);
    const body = subscription('Patient?birthdate=1980-08-08', 'narrower');
    const written = await half.post('Subscription', body);
    expect(written.status).toBe(201);
    const { id } = written.json<{ id: string }>();
    await allow('half', HIDING);
    await stored(
      full.put('Patient/fresh', { resourceType: 'Patient', id: 'fresh', birthDate: '1980-08-08' }),
    );
    await sleep(QUIET);
    expect(receiver.calls.filter(({ path }) => path.includes('narrower'))).toEqual([]);
    const ended = await full.get(`Subscription/${id}`);
    expect(ended.json<{ status: string }>().status).toBe('error');
  });
});
