import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Parameters, Resource } from '@medplum/fhirtypes';
import { membership, observation } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import type { FhirClient } from '../../support/fhir-client.ts';
import { ASYNC, exported, finished, type Manifest } from './export-client.ts';

let server: TestServer;

/** Ids by patient, in blocks as they stand in the files; what stands before a header has the key ''. */
type Blocks = readonly (readonly [patient: string, ids: readonly string[]])[];

beforeAll(async () => {
  server = await startTestServer({ settings: ['bulk.linesPerFile=10'] });
  const full = server.as('full');
  for (const patient of ['patient-a', 'patient-b']) {
    const entry = Array.from({ length: 15 }, (_, n) => ({
      request: { method: 'PUT', url: `Observation/${patient}-${String(n)}` },
      resource: { ...observation(patient), id: `${patient}-${String(n)}` },
    }));
    const answer = await full.post('', { resourceType: 'Bundle', type: 'transaction', entry });
    if (answer.status !== 200) throw new Error(answer.text);
  }
  for (const resource of [
    { resourceType: 'Organization', id: 'house', name: 'House' },
    {
      resourceType: 'Appointment',
      id: 'both',
      status: 'booked',
      participant: ['patient-a', 'patient-b'].map((id) => ({
        actor: { reference: `Patient/${id}` },
        status: 'accepted',
      })),
    },
  ]) {
    const answer = await full.put(`${resource.resourceType}/${resource.id}`, resource);
    if (answer.status !== 201) throw new Error(answer.text);
  }
}, 120_000);
afterAll(async () => {
  await server.close();
}, 60_000);

describe('Bulk Data 3.0 organizeOutputBy=Patient', () => {
  test('each block is a header, the Patient, and what is in the compartment; no block is split', async () => {
    const full = server.as('full');
    const query = '_type=Observation,Appointment,Patient,Organization&organizeOutputBy=Patient';
    const manifest = await exported(full, `$export?${query}`);
    expect(manifest).toMatchObject({ outputOrganizedBy: 'Patient', error: [], deleted: [] });
    const files = await Promise.all(manifest.output.map(({ url }) => blocksOf(full, url)));
    const blocks = files.flat();
    const patients = blocks.map(([patient]) => patient).filter((patient) => patient !== '');
    expect(new Set(patients).size).toBe(patients.length);
    for (const patient of ['patient-a', 'patient-b']) {
      const ids = blocks.find(([id]) => id === patient)?.[1] ?? [];
      expect(ids[0]).toBe(`Patient/${patient}`);
      expect([...ids].sort()).toEqual([
        'Appointment/both',
        ...Array.from({ length: 15 }, (_, n) => `Observation/${patient}-${String(n)}`).sort(),
        `Patient/${patient}`,
      ]);
    }
    // Nobody's resources stand in files of their own, without a header.
    const others = files.filter((file) => file.some(([patient]) => patient === ''));
    expect(others.flat()).toEqual([['', ['Organization/house']]]);
    const lines = blocks.reduce((sum, [id, ids]) => sum + ids.length + (id === '' ? 0 : 1), 0);
    expect(manifest.output.reduce((sum, { count }) => sum + count, 0)).toBe(lines);
    // One file would hold several types, so none is named.
    expect(manifest.output.map(({ type }) => type)).toEqual(manifest.output.map(() => undefined));
  });

  test('the same resources as without it, whatever _type, patient and level say', async () => {
    const full = server.as('full');
    for (const path of [
      '$export?_type=Observation,Organization',
      'Patient/$export?_type=Observation,Appointment',
      'Patient/$export',
    ]) {
      const plain = await exported(full, path);
      const mark = path.includes('?') ? '&' : '?';
      const organized = await exported(full, `${path}${mark}organizeOutputBy=Patient`);
      expect(new Set(await idsOf(full, organized.output))).toEqual(
        new Set(await idsOf(full, plain.output)),
      );
    }
    const answer = await full.post(
      'Patient/$export',
      {
        resourceType: 'Parameters',
        parameter: [
          { name: 'patient', valueReference: { reference: 'Patient/patient-b' } },
          { name: 'organizeOutputBy', valueString: 'Patient' },
          { name: '_type', valueString: 'Observation' },
        ],
      },
      ASYNC,
    );
    const { output } = (
      await finished(full, answer.headers.get('content-location') ?? '')
    ).json<Manifest>();
    const blocks = (await Promise.all(output.map(({ url }) => blocksOf(full, url)))).flat();
    expect(blocks.map(([patient, ids]) => [patient, ids.length])).toEqual([['patient-b', 15]]);
  });

  test('a patient whose resources exceed the memory of a page has one block in one file', async () => {
    const full = server.as('full');
    await full.put('Patient/heavy', { resourceType: 'Patient', id: 'heavy' });
    const note = [{ text: 'x'.repeat(700_000) }];
    for (let n = 0; n < 15; n += 1) {
      const answer = await full.post('Observation', observation('heavy', { note }));
      expect(answer.status).toBe(201);
    }
    await full.put('Patient/after', { resourceType: 'Patient', id: 'after' });
    const { output } = await exported(
      full,
      'Patient/$export?_type=Observation,Patient&organizeOutputBy=Patient',
    );
    const blocks = (await Promise.all(output.map(({ url }) => blocksOf(full, url)))).flat();
    const counts = Object.fromEntries(blocks.map(([patient, ids]) => [patient, new Set(ids).size]));
    expect(counts).toMatchObject({ heavy: 16, after: 1, 'patient-a': 16, 'patient-b': 16 });
    expect(blocks.filter(([patient]) => patient === 'heavy')).toHaveLength(1);
  }, 60_000);

  test('[R-121] the policy narrows the blocks, and a patient of whom nothing is shown has none', async () => {
    const full = server.as('full');
    await full.put('AccessPolicy/by-patient', {
      resourceType: 'AccessPolicy',
      id: 'by-patient',
      extension: [
        {
          url: 'https://diga-server.dev/fhir/StructureDefinition/access-policy-operation',
          valueCode: 'export',
        },
      ],
      name: 'By patient',
      resource: [
        { resourceType: 'Observation', criteria: 'Observation?subject=Patient/patient-a' },
      ],
    });
    await full.put('Practitioner/by-patient', { resourceType: 'Practitioner', id: 'by-patient' });
    await full.put(
      'ProjectMembership/by-patient',
      membership('by-patient', 'Practitioner/by-patient', 'by-patient'),
    );
    const head = await server.auditHead();
    const narrow = server.asProfile('Practitioner/by-patient');
    const { output } = await exported(narrow, '$export?organizeOutputBy=Patient');
    const blocks = (await Promise.all(output.map(({ url }) => blocksOf(narrow, url)))).flat();
    expect(blocks.map(([patient, ids]) => [patient, ids.length])).toEqual([['patient-a', 15]]);
    const rows = await server.audit(head);
    const written = rows.filter(({ detail }) => detail === 'Written to a file');
    expect(written.map(({ patient }) => patient)).toEqual(['patient-a']);
  });

  test('what changed since the kick-off stands in the block of whom it belonged to then', async () => {
    const full = server.as('full');
    await full.put('Observation/moves', { ...observation('patient-a'), id: 'moves' });
    // The clock of the kick-off is that of the server: the change below is later in any case.
    const answer = await full.get('$export?_type=Observation&organizeOutputBy=Patient', ASYNC);
    await full.put('Observation/moves', { ...observation('patient-b'), id: 'moves' });
    const status = answer.headers.get('content-location') ?? '';
    const { output } = (await finished(full, status)).json<Manifest>();
    const blocks = (await Promise.all(output.map(({ url }) => blocksOf(full, url)))).flat();
    const owners = blocks.filter(([, ids]) => ids.includes('Observation/moves'));
    expect(owners.map(([patient]) => patient)).toEqual(['patient-a']);
    await full.delete('Observation/moves');
  });
});

async function blocksOf(client: FhirClient, url: string): Promise<Blocks> {
  const blocks: [string, string[]][] = [];
  for (const line of (await client.get(url)).text.split('\n')) {
    if (line === '') continue;
    const resource = JSON.parse(line) as Resource;
    if (resource.resourceType === 'Parameters') blocks.push([headerOf(resource), []]);
    else {
      if (blocks.length === 0) blocks.push(['', []]);
      blocks.at(-1)?.[1].push(`${resource.resourceType}/${resource.id ?? ''}`);
    }
  }
  return blocks;
}

function headerOf({ parameter }: Parameters): string {
  expect(parameter?.map(({ name }) => name)).toEqual(['header']);
  return parameter?.[0]?.valueReference?.reference?.replace('Patient/', '') ?? '';
}

async function idsOf(
  client: FhirClient,
  files: readonly { readonly url: string }[],
): Promise<readonly string[]> {
  const blocks = await Promise.all(files.map(({ url }) => blocksOf(client, url)));
  return blocks.flat().flatMap(([, ids]) => ids);
}
