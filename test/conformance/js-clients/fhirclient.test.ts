import { createServer, IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Bundle, Observation, Patient } from '@medplum/fhirtypes';
import smart from 'fhirclient';
import { tokenOf } from '../../support/identities.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

type SmartClient = ReturnType<ReturnType<typeof smart>['client']>;

let server: TestServer;
let client: SmartClient;
let patient: Patient & { id: string };

beforeAll(async () => {
  server = await startTestServer();
  const request = new IncomingMessage(new Socket());
  client = smart(request, new ServerResponse(request)).client({
    serverUrl: `${server.url}/fhir`,
    tokenResponse: { access_token: tokenOf('full'), token_type: 'Bearer' },
  } as never);
  patient = await client.create<Patient & { id: string }>({
    resourceType: 'Patient',
    name: [{ family: 'Smart', given: ['Erika'] }],
  });
  for (const kg of [70, 71, 72]) {
    await client.create({
      resourceType: 'Observation',
      status: 'final',
      code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }] },
      subject: { reference: `Patient/${patient.id}` },
      valueQuantity: { value: kg, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
    });
  }
}, 60_000);
afterAll(() => server.close(), 30_000);

describe('fhirclient 2.6 (SMART)', () => {
  test('knows the version of the server', async () => {
    expect(await client.getFhirVersion()).toBe('4.0.1');
    expect(await client.getFhirRelease()).toBe(4);
  });

  test('reads, updates, patches, deletes', async () => {
    const made = await client.create<Patient & { id: string }>({
      resourceType: 'Patient',
      active: true,
    });
    const updated = await client.update<Patient>({ ...made, gender: 'female' } as never);
    expect(updated.meta?.versionId).toBe('2');
    const patched = await client.patch<Patient>(`Patient/${made.id}`, [
      { op: 'replace', path: '/gender', value: 'other' },
    ]);
    expect(patched.gender).toBe('other');
    await client.delete(`Patient/${made.id}`);
    await expect(client.request(`Patient/${made.id}`)).rejects.toThrow(/410|Gone/);
  });

  test('follows all pages', async () => {
    const found = await client.request<Observation[]>(
      `Observation?subject=Patient/${patient.id}&_count=1`,
      { pageLimit: 0, flat: true },
    );
    expect(found.map(({ valueQuantity }) => valueQuantity?.value).sort()).toEqual([70, 71, 72]);
    let pages = 0;
    for await (const page of client.pages(`Observation?subject=Patient/${patient.id}&_count=2`)) {
      expect((page as unknown as Bundle).type).toBe('searchset');
      pages += 1;
    }
    expect(pages).toBe(2);
  });

  test('resolves references', async () => {
    const [observation] = await client.request<Observation[]>(
      `Observation?subject=Patient/${patient.id}&_count=1`,
      { flat: true, pageLimit: 1, resolveReferences: ['subject'] },
    );
    expect((observation?.subject as unknown as Patient).name?.[0]?.family).toBe('Smart');
  });
});

describe('fhirclient 2.6 (SMART) and the authorization server', () => {
  let sandbox: TestServer;

  beforeAll(async () => {
    sandbox = await startTestServer({
      plugins: join(import.meta.dirname, '../../../plugins'),
      settings: ['plugins.gkv.enabled=false'],
    });
  }, 60_000);
  afterAll(() => sandbox.close(), 30_000);

  test('SMART App Launch 2.2 .well-known/smart-configuration: a standalone launch finds where to sign in', async () => {
    const launch = createServer((request, response) => {
      const kept = new Map<string, unknown>();
      const storage = {
        get: (key: string) => Promise.resolve(kept.get(key)),
        set: (key: string, value: unknown) => {
          kept.set(key, value);
          return Promise.resolve(value);
        },
        unset: (key: string) => Promise.resolve(kept.delete(key)),
      };
      void smart(request, response as never, storage as never)
        .authorize({
          iss: `${sandbox.url}/fhir`,
          clientId: 'app',
          scope: 'openid fhirUser launch/patient patient/*.rs',
          redirectUri: '/callback',
          pkceMode: 'required',
        })
        .catch((error: unknown) => {
          response.writeHead(500).end(String(error));
        });
    });
    await new Promise<void>((resolve) => launch.listen(0, '127.0.0.1', resolve));
    try {
      const { port } = launch.address() as { port: number };
      const answer = await fetch(`http://127.0.0.1:${String(port)}/launch`, { redirect: 'manual' });
      const location = answer.headers.get('location') ?? (await answer.text());
      const url = new URL(location);
      expect(url.pathname).toMatch(/\/authorize$/);
      expect(url.searchParams.get('aud')).toBe(`${sandbox.url}/fhir`);
      expect(url.searchParams.get('code_challenge_method')).toBe('S256');
    } finally {
      await new Promise((resolve) => launch.close(resolve));
    }
  });
});
