import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FhirClient } from '../../support/fhir-client.ts';
import { membership, observation } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let full: FhirClient;

/** Gives a practitioner of that name a policy of its own. */
async function role(name: string, policy: object): Promise<FhirClient> {
  const content = { resourceType: 'AccessPolicy', id: name, ...policy };
  expect((await full.put(`AccessPolicy/${name}`, content)).status).toBe(201);
  await full.put(`Practitioner/${name}`, { resourceType: 'Practitioner', id: name });
  await full.put(`ProjectMembership/${name}`, membership(name, `Practitioner/${name}`, name));
  return server.asProfile(`Practitioner/${name}`);
}

const mask = (path: string, kind: string) => ({
  url: 'https://diga-server.dev/fhir/StructureDefinition/access-policy-mask',
  extension: [
    { url: 'path', valueString: path },
    { url: 'kind', valueCode: kind },
  ],
});

async function patient(more: object): Promise<{ readonly id: string; readonly url: string }> {
  const made = await full.post('Patient', { resourceType: 'Patient', ...more });
  const { id } = made.json<{ id: string }>();
  return { id, url: `Patient/${id}` };
}

const stored = async (url: string) => (await full.get(url)).json<Record<string, unknown>>();

beforeAll(async () => {
  server = await startTestServer();
  full = server.as('full');
}, 60_000);
afterAll(() => server.close(), 30_000);

describe('what a rule masks', () => {
  let coarse: FhirClient;
  beforeAll(async () => {
    coarse = await role('coarse', {
      resource: [{ resourceType: 'Patient', extension: [mask('birthDate', 'year')] }],
    });
  });

  test('[R-038] stays exact when the masked value is sent back, or none', async () => {
    const { id, url } = await patient({ birthDate: '1970-05-05', gender: 'male' });
    const shown = (await coarse.get(url)).json<{ birthDate: string }>();
    expect(shown.birthDate).toBe('1970');
    const answer = await coarse.put(url, { ...shown, gender: 'other' });
    expect([answer.status, answer.json<{ birthDate: string }>().birthDate]).toEqual([200, '1970']);
    expect((await coarse.put(url, { resourceType: 'Patient', id })).status).toBe(200);
    expect((await stored(url))['birthDate']).toBe('1970-05-05');
  });

  test('[R-038] is guessed by no value, be it exact or coarse what is stored', async () => {
    for (const birthDate of ['1970-05-05', '1970']) {
      const { id, url } = await patient({ birthDate });
      for (const guess of ['1970-05-05', '1970-05', '1971']) {
        const answer = await coarse.put(url, { resourceType: 'Patient', id, birthDate: guess });
        expect([answer.status, answer.codes()]).toEqual([403, ['ACCESS_FIELD_HIDDEN']]);
      }
    }
    expect(
      (await coarse.post('Patient', { resourceType: 'Patient', birthDate: '1980-01-01' })).status,
    ).toBe(201);
  });
});

describe('who reads less than they write', () => {
  test('[R-038] sets what they do not see, and does not lose it by leaving it out', async () => {
    const desk = await role('desk', {
      resource: [
        { resourceType: 'Patient', interaction: ['read', 'search'], hiddenFields: ['identifier'] },
        { resourceType: 'Patient', interaction: ['create', 'update'] },
      ],
    });
    const first = { system: 'urn:a', value: 'canary' };
    const { id, url } = await patient({ identifier: [first] });
    expect((await desk.put(url, { resourceType: 'Patient', id, gender: 'male' })).status).toBe(200);
    expect((await stored(url))['identifier']).toEqual([first]);
    const second = { system: 'urn:b', value: 'new' };
    for (let times = 0; times < 2; times += 1) {
      const answer = await desk.put(url, { resourceType: 'Patient', id, identifier: [second] });
      expect([answer.status, answer.text.includes('canary')]).toEqual([200, false]);
      expect((await stored(url))['identifier']).toEqual([first, second]);
    }
    // Whether it was there already is not said either.
    const say = { prefer: 'return=OperationOutcome' };
    const answers = await Promise.all(
      [first, { system: 'urn:c', value: 'guess' }].map(async (guess) => {
        const other = await patient({ identifier: [first] });
        const body = { resourceType: 'Patient', id: other.id, identifier: [guess] };
        const answer = await desk.put(other.url, body, say);
        return answer.text.replaceAll(other.id, 'id');
      }),
    );
    expect(answers[0]).toContain('SUCCESSFUL_UPDATE');
    const [known, other] = answers.map((text) => text.replaceAll(/v[0-9a-f]{32}/g, 'version'));
    expect(known).toBe(other);
  });
});

describe('what goes along with what is shown', () => {
  test('[R-038] a copy in a reference stays with the reference', async () => {
    const links = await role('links', {
      resource: [
        { resourceType: 'Patient', interaction: ['read'], hiddenFields: ['name'] },
        { resourceType: 'Observation' },
      ],
    });
    const subject = { reference: 'Patient/patient-a', display: 'Canary' };
    const made = await full.post('Observation', observation('patient-a', { subject }));
    const { id } = made.json<{ id: string }>();
    const url = `Observation/${id}`;
    const shown = (await links.get(url)).json<Record<string, unknown>>();
    expect(JSON.stringify(shown)).not.toContain('Canary');
    expect((await links.put(url, { ...shown, status: 'amended' })).status).toBe(200);
    expect((await stored(url))['subject']).toEqual(subject);
    const other = { reference: 'Patient/patient-b' };
    expect((await links.put(url, { ...shown, subject: other })).status).toBe(200);
    expect((await stored(url))['subject']).toEqual(other);
  });

  test('[R-038] labels are added to and taken from what is shown', async () => {
    const labels = await role('labels', {
      resource: [{ resourceType: 'Patient', hiddenFields: ['meta.security'] }],
    });
    const security = [{ system: 'urn:s', code: 'canary' }];
    const tag = { system: 'urn:t', code: 'shown' };
    const { url } = await patient({ meta: { security, tag: [tag] } });
    const change = (operation: string, meta: object) =>
      labels.post(`${url}/$${operation}`, {
        resourceType: 'Parameters',
        parameter: [{ name: 'meta', valueMeta: meta }],
      });
    const added = await change('meta-add', { tag: [{ system: 'urn:t', code: 'more' }] });
    expect([added.status, added.text.includes('canary')]).toEqual([200, false]);
    const refused = await change('meta-add', { security });
    expect(refused.codes()).toEqual(['ACCESS_FIELD_HIDDEN']);
    expect((await change('meta-delete', { tag: [tag], security })).status).toBe(200);
    expect((await stored(url))['meta']).toMatchObject({
      security,
      tag: [{ system: 'urn:t', code: 'more' }],
    });
  });
});

describe('rules that follow references', () => {
  test('[R-033] judge a resource as it was and as it will be', async () => {
    const team = await role('team', {
      extension: [
        {
          url: 'https://diga-server.dev/fhir/StructureDefinition/access-policy-relation',
          extension: [
            { url: 'name', valueCode: 'treated' },
            { url: 'criteria', valueString: 'CareTeam?participant=%profile&status=active' },
            { url: 'patient', valueCode: 'subject' },
          ],
        },
      ],
      resource: [{ resourceType: 'Observation', criteria: 'Observation?subject=%treated' }],
    });
    const member = [{ member: { reference: 'Practitioner/team' } }];
    const subject = { reference: 'Patient/patient-a' };
    const care = { resourceType: 'CareTeam', id: 'team-a', participant: member, subject };
    await full.put('CareTeam/team-a', { ...care, status: 'active' });
    const made = await team.post('Observation', observation('patient-a'));
    expect(made.status).toBe(201);
    const { id } = made.json<{ id: string }>();
    const own = { ...observation('patient-a'), id };
    expect((await team.post('Observation', observation('patient-b'))).status).toBe(403);
    expect((await team.put(`Observation/${id}`, { ...own, status: 'amended' })).status).toBe(200);
    expect((await team.put(`Observation/${id}`, { ...observation('patient-b'), id })).status).toBe(
      403,
    );
    const patch = [{ op: 'replace', path: '/status', value: 'final' }];
    expect((await team.patch(`Observation/${id}`, patch)).status).toBe(200);
    await full.put('CareTeam/team-a', { ...care, status: 'inactive' });
    expect((await team.put(`Observation/${id}`, own)).status).toBe(404);
    expect((await team.patch(`Observation/${id}`, patch)).status).toBe(404);
    expect((await team.post('Observation', observation('patient-a'))).status).toBe(403);
  });
});
