import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openConnection } from '../../../scripts/load/connection.ts';
import { loadPaths } from '../../../scripts/load/load-paths.ts';
import { tokenOf } from '../../support/identities.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let folder: string;

beforeAll(async () => {
  server = await startTestServer({ settings: ['fhir.referentialIntegrity=true'] });
  folder = await mkdtemp(join(tmpdir(), 'load-'));
}, 120_000);
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
}, 30_000);

test('npm run load: resources may refer to what comes later, and to nothing that never comes', async () => {
  const part = (id: string, partOf?: string) => ({
    resourceType: 'Organization',
    id,
    name: id,
    ...(partOf === undefined ? {} : { partOf: { reference: `Organization/${partOf}` } }),
  });
  const lines = [part('a', 'b'), part('b', 'c'), part('c'), part('d', 'nowhere')];
  const file = join(folder, 'all.ndjson');
  await writeFile(file, lines.map((line) => JSON.stringify(line)).join('\n'));
  const post = openConnection(`${server.url}/fhir`, () => Promise.resolve(tokenOf('full')));
  const report = await loadPaths([file], post, { batch: 1, parallel: 1 }, () => undefined);
  expect({ created: report.created, refused: report.refused.length }).toEqual({
    created: 3,
    refused: 1,
  });
  expect(report.refused[0]?.reason).toContain('HAPI-1094');
}, 60_000);
