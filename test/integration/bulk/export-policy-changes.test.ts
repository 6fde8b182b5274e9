import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FhirClient } from '../../support/fhir-client.ts';
import { membership } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { finished, kickOff, type Manifest } from './export-client.ts';

const OPERATION = 'https://diga-server.dev/fhir/StructureDefinition/access-policy-operation';

let server: TestServer;
let full: FhirClient;
let exporting: FhirClient;

beforeAll(async () => {
  server = await startTestServer();
  full = server.as('full');
  await full.put('Patient/anna', { resourceType: 'Patient', id: 'anna', name: [{ family: 'A' }] });
  await give([{ resourceType: 'Patient' }, { resourceType: 'Observation' }]);
  const profile = 'Practitioner/exporting';
  await full.put(profile, { resourceType: 'Practitioner', id: 'exporting' });
  await full.put('ProjectMembership/exporting', membership('exporting', profile, 'exporting'));
  exporting = server.asProfile(profile);
}, 90_000);
afterAll(() => server.close(), 30_000);

async function give(resource: readonly object[]): Promise<void> {
  const { status } = await full.put('AccessPolicy/exporting', {
    resourceType: 'AccessPolicy',
    id: 'exporting',
    extension: [{ url: OPERATION, valueCode: 'export' }],
    resource,
  });
  expect(status).toBeLessThan(300);
}

describe('[R-038] an export does not outlive the policy it was made under', () => {
  test.each<[string, readonly object[]]>([
    ['an element is hidden', [{ resourceType: 'Patient', hiddenFields: ['name'] }]],
    ['a type is closed', [{ resourceType: 'Observation' }]],
    [
      'rows are closed',
      [
        { resourceType: 'Patient', criteria: 'Patient?active=true' },
        { resourceType: 'Observation' },
      ],
    ],
  ])('%s: files and manifest are not given out, and can be removed', async (_title, resource) => {
    const before = [{ resourceType: 'Patient' }, { resourceType: 'Observation' }];
    await give(before);
    const status = await kickOff(exporting, 'Patient/$export');
    const { output } = (await finished(exporting, status)).json<Manifest>();
    const [file = { url: '' }] = output;
    expect((await exporting.get(file.url)).text).toContain('"A"');
    await give(resource);
    expect((await exporting.get(file.url)).codes()).toEqual(['BULK_POLICY_CHANGED']);
    expect((await exporting.get(status)).codes()).toEqual(['BULK_POLICY_CHANGED']);
    await give([...before].reverse());
    expect((await exporting.get(file.url)).status).toBe(200);
    await give(resource);
    expect((await exporting.send('DELETE', status)).status).toBe(202);
  });
});
