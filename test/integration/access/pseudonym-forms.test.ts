import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FhirClient } from '../../support/fhir-client.ts';
import { membership, observation } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { exported } from '../bulk/export-client.ts';

const PSEUDONYM = 'https://diga-server.dev/fhir/StructureDefinition/access-policy-pseudonym';
const OPERATION = 'https://diga-server.dev/fhir/StructureDefinition/access-policy-operation';

const UUID = '7F0D9BB5-5C6E-4F3A-9D0A-2F4D1C1B0A01';
const LONG = `raw-${'x'.repeat(60)}`;
const PLAIN = 'raw.dotted-id';
const PATIENTS = [UUID, LONG, PLAIN];
const RAW = [UUID, LONG, PLAIN, 'raw-document', 'raw-binary', 'raw-observation'];

let server: TestServer;
let first: FhirClient;
let second: FhirClient;

async function researcher(name: string, project: string): Promise<FhirClient> {
  const full = server.as('full');
  await full.put(`AccessPolicy/${name}`, {
    resourceType: 'AccessPolicy',
    id: name,
    name,
    resource: ['Patient', 'Observation', 'DocumentReference', 'List'].map((resourceType) => ({
      resourceType,
      interaction: ['read', 'vread', 'search', 'history'],
    })),
    extension: [
      { url: PSEUDONYM, valueString: project },
      { url: OPERATION, valueCode: 'export' },
    ],
  });
  await full.put(`Practitioner/${name}`, { resourceType: 'Practitioner', id: name });
  await full.put(`ProjectMembership/${name}`, membership(name, `Practitioner/${name}`, name));
  return server.asProfile(`Practitioner/${name}`);
}

beforeAll(async () => {
  server = await startTestServer();
  const full = server.as('full');
  const put = async (path: string, resource: object): Promise<void> => {
    const answer = await full.put(path, { ...resource, id: path.split('/')[1] });
    expect([path, answer.status, answer.status > 201 ? answer.text : '']).toEqual([path, 201, '']);
  };
  for (const id of PATIENTS)
    await put(`Patient/${id}`, {
      resourceType: 'Patient',
      link:
        id === PLAIN ? [{ other: { reference: `Patient/${UUID}` }, type: 'seealso' }] : undefined,
    });
  await put('Binary/raw-binary', {
    resourceType: 'Binary',
    contentType: 'text/plain',
    data: 'eA==',
  });
  await put('Observation/raw-observation', {
    ...observation(PLAIN),
    contained: [
      {
        resourceType: 'Patient',
        id: 'inside',
        link: [{ other: { reference: `Patient/${UUID}` }, type: 'seealso' }],
      },
    ],
    performer: [{ reference: '#inside' }, { reference: `${server.url}/fhir/R4/Patient/${LONG}` }],
    focus: [
      { reference: `Patient/${UUID}/_history/1` },
      { reference: `${server.url.replace('http', 'HTTP')}/fhir/Patient/${PLAIN}` },
    ],
    hasMember: [{ type: 'Observation', identifier: { system: 'urn:x', value: 'y' } }],
  });
  await put('DocumentReference/raw-document', {
    resourceType: 'DocumentReference',
    status: 'current',
    subject: { reference: `Patient/${PLAIN}` },
    extension: [
      { url: 'urn:of', valueReference: { reference: `Patient/${LONG}` } },
      { url: 'urn:canonical', valueCanonical: `Patient/${UUID}` },
      { url: 'urn:uri', valueUri: `Patient/${UUID}` },
    ],
    content: [
      { attachment: { url: 'Binary/raw-binary' } },
      { attachment: { url: `${server.url}/fhir/R4/Binary/raw-binary` } },
      { attachment: { url: `${server.url}/fhir/Binary/raw-binary` } },
    ],
    context: { related: [{ reference: `DocumentReference/raw-document` }] },
  });
  first = await researcher('one', 'study one');
  second = await researcher('two', 'study two');
}, 60_000);
afterAll(() => server.close(), 30_000);

describe('[R-133] an id of the clinic, in whatever form', () => {
  test.each([
    'Patient',
    'Observation',
    'DocumentReference',
    'Observation?_include=*',
    'Patient?_revinclude=*',
    'Patient?_sort=_id&_count=1',
    'Patient?_elements=link',
    'Observation?_summary=true',
    'Observation?_format=xml',
    'Observation?_pretty=true',
    `Patient?_id=${UUID}`,
    `Patient/${UUID}`,
    `Patient/${UUID.toLowerCase()}`,
    `Observation?patient=${LONG}`,
    'Observation/_history',
    '_history',
    `Patient/${PLAIN}/$everything`,
  ])('%s shows none', async (path) => {
    for (const client of [first, second]) {
      const answer = await client.get(path);
      const all = answer.text + JSON.stringify([...answer.headers]);
      expect(answer.status).toBeLessThan(500);
      // What the caller has said themselves is said back.
      for (const id of RAW) if (!path.includes(id)) expect(all).not.toContain(id);
    }
  });

  test('an export, its manifest and files show none', async () => {
    const manifest = await exported(first, '$export?_type=Patient,Observation,DocumentReference');
    const texts = [JSON.stringify(manifest)];
    for (const { url } of manifest.output) texts.push((await first.get(url)).text);
    for (const id of RAW) expect(texts.join('\n')).not.toContain(id);
    expect(texts.join('\n')).toContain('PSEUDED');
  });

  test('links from page to page show none, and are of no use to the other project', async () => {
    let answer = await first.get('Patient?_count=1');
    const { link = [] } = answer.json<{ link?: { relation: string; url: string }[] }>();
    const next = link.find(({ relation }) => relation === 'next')?.url ?? '';
    expect(next).not.toBe('');
    // Nor in what a link may be made of.
    const parts = next
      .split(/[?&=/]/)
      .map((part) => Buffer.from(part, 'base64url').toString('latin1'));
    for (const id of RAW) for (const part of parts) expect(part).not.toContain(id);
    answer = await second.get(next);
    expect(answer.status).toBeGreaterThanOrEqual(400);
  });

  test('two projects have no version, tag, link or header in common', async () => {
    const [a, b] = await Promise.all([first.get('Observation'), second.get('Observation')]);
    const ids = (text: string): string[] =>
      text.match(/[0-9a-f]{8}-[0-9a-f-]{27}|\bp[A-Za-z0-9.-]{20,}/g) ?? [];
    const common = ids(a.text).filter((id) => ids(b.text).includes(id));
    expect(common).toEqual([]);
    expect(a.headers.get('etag')).toBe(null);
  });
});
