import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openConnection } from '../../../scripts/load/connection.ts';
import { loadPaths, type LoadReport } from '../../../scripts/load/load-paths.ts';
import { reportText } from '../../../scripts/load/report.ts';
import { tokenOf } from '../../support/identities.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

const LIMITS = { batch: 3, parallel: 2 };

const FILES: Readonly<Record<string, string>> = {
  'single.json': `{"resourceType":"Observation","id":"exact","status":"final","code":{"text":"x"},
    "valueQuantity":{"value":1.10}}`,
  'many.ndjson': [
    ...Array.from({ length: 7 }, (_, index) => `{"resourceType":"Patient","id":"nd-${index}"}`),
    '',
    '{"resourceType":"Patient","gender":"female"}',
    '{"resourceType":"Patient","id":"wrong","gender":"unheard-of"}',
    '{"resourceType":"Patient","id":"nd-0","active":true}',
    '{"resourceType":',
  ].join('\n'),
  'transaction.json': JSON.stringify({
    resourceType: 'Bundle',
    type: 'transaction',
    entry: [
      {
        fullUrl: 'urn:uuid:5d1a0000-0000-4000-8000-000000000001',
        resource: {
          resourceType: 'Patient',
          identifier: [{ system: 'urn:test', value: 'placeholder' }],
        },
        request: { method: 'POST', url: 'Patient' },
      },
      {
        resource: {
          resourceType: 'Flag',
          id: 'in-transaction',
          status: 'active',
          code: { text: 'x' },
          subject: { reference: 'urn:uuid:5d1a0000-0000-4000-8000-000000000001' },
        },
        request: { method: 'PUT', url: 'Flag/in-transaction' },
      },
    ],
  }),
  'half-wrong-transaction.json': JSON.stringify({
    resourceType: 'Bundle',
    type: 'transaction',
    entry: ['female', 'unheard-of'].map((gender, index) => ({
      resource: { resourceType: 'Patient', id: `half-${index}`, gender },
      request: { method: 'PUT', url: `Patient/half-${index}` },
    })),
  }),
  'collection.json': `{"resourceType":"Bundle","type":"collection","entry":[
    {"resource":{"resourceType":"Observation","id":"in-collection","status":"final","code":{"text":"x"},
      "valueQuantity":{"value":2.50}}}]}`,
  'document.json': JSON.stringify({ resourceType: 'Bundle', id: 'kept-whole', type: 'document' }),
  'deeper/old.xml': '<Patient xmlns="http://hl7.org/fhir"/>',
  'package/package.json': '{"name":"some.package"}',
  'package/StructureDefinition-x.json': '{"resourceType":"StructureDefinition","id":"left-out"}',
  'package/examples/Patient-x.json': '{"resourceType":"Patient","id":"example-of-a-package"}',
};

describe('npm run load', () => {
  let server: TestServer;
  let folder: string;
  let report: LoadReport;
  const load = (): Promise<LoadReport> =>
    loadPaths(
      [folder],
      openConnection(`${server.url}/fhir`, () => Promise.resolve(tokenOf('full'))),
      LIMITS,
      () => undefined,
    );

  beforeAll(async () => {
    server = await startTestServer();
    folder = await mkdtemp(join(tmpdir(), 'load-'));
    for (const [name, text] of Object.entries(FILES)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text);
    }
    report = await load();
  }, 120_000);

  afterAll(async () => {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  }, 30_000);

  test('stores what is valid, and counts it', () => {
    // 7 + 1 without id + observation + collection + document + example + 2 of the transaction
    expect({ created: report.created, updated: report.updated }).toEqual({
      created: 14,
      updated: 1,
    });
  });

  test('names every refusal with its place and its reason', () => {
    const places = report.refused.map(
      ({ file, position, reason }) =>
        `${file.slice(folder.length + 1)}#${position ?? ''} ${reason}`,
    );
    expect(places.sort()).toEqual([
      expect.stringMatching(
        /^half-wrong-transaction\.json# 4\d\d: .*at Bundle\.entry\[\]\.resource\.gender$/,
      ),
      expect.stringMatching(/^many\.ndjson#10 4\d\d: .*at Patient\.gender$/),
      'many.ndjson#12 not JSON',
    ]);
  });

  test('skips XML aloud', () => {
    expect(report.skipped).toEqual([
      {
        kind: 'skipped',
        file: join(folder, 'deeper/old.xml'),
        reason: 'XML comes with the next version',
      },
    ]);
    expect(reportText(report, 1, folder)).toContain(
      '1 × XML comes with the next version\n      deeper/old.xml',
    );
  });

  test.each([
    ['exact', '"value":1.10'],
    ['in-collection', '"value":2.50'],
  ])('keeps the digits of decimals: %s', async (id, digits) => {
    expect((await server.as('full').get(`Observation/${id}`)).text).toContain(digits);
  });

  test('resolves the placeholders of a transaction', async () => {
    const patient = await server.as('full').get('Patient?identifier=urn:test|placeholder');
    const id = patient.json<{ entry: { resource: { id: string } }[] }>().entry[0]?.resource.id;
    const flag = (await server.as('full').get('Flag/in-transaction')).json<{
      subject: { reference: string };
    }>();
    expect(flag.subject.reference).toBe(`Patient/${id}`);
  });

  test('stores nothing of a refused transaction', async () => {
    expect((await server.as('full').get('Patient/half-0')).status).toBe(404);
  });

  test('keeps the later one of two resources with the same id', async () => {
    expect((await server.as('full').get('Patient/nd-0')).json<{ active?: boolean }>().active).toBe(
      true,
    );
  });

  test('takes a package’s examples only, and a document as one resource', async () => {
    const status = async (path: string): Promise<number> =>
      (await server.as('full').get(path)).status;
    expect(await status('Patient/example-of-a-package')).toBe(200);
    expect(await status('StructureDefinition/left-out')).toBe(404);
    expect(await status('Bundle/kept-whole')).toBe(200);
  });

  test('changes nothing of what has an id when it is repeated', async () => {
    await load();
    for (const path of [
      'Observation/exact',
      'Observation/in-collection',
      'Bundle/kept-whole',
      'Patient/nd-5',
    ]) {
      const { text } = await server.as('full').get(path);
      expect(text).toContain('"versionId":"1"');
    }
  });
});
