import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { CapabilityStatement } from '@medplum/fhirtypes';
import { startTestServer, type TestServer } from '../../support/server.ts';

jest.setTimeout(180_000);

/**
 * What answers without a token, and why nothing of it is about anybody: discovery and keys, the state of the server, the
 * conformance documents of FHIR, pages and scripts of a sign-in, and the first steps of one.
 */
const PUBLIC: readonly RegExp[] = [
  /^GET \/health$/,
  /^GET \/\.well-known\/(?:openid-configuration|oauth-authorization-server|oauth-protected-resource|jwks\.json|smart-configuration|smart-styles\.json|pin-set|security\.txt)\/?$/,
  /^GET \/fhir(?:\/R4)?\/(?:metadata|\.well-known\/[a-z-]+(?:\.json)?|\$versions|api-docs)$/,
  /^GET \/oauth2\/jwks$/,
  /^GET \/auth\/assets\/[a-z.]+$/,
  /^(?:GET|POST) \/auth\/(?:lock|recovery)(?:\/[a-z]+)?$/,
  /^POST \/auth\/(?:method|login)$/,
  /^GET \/auth\/clientinfo\/[a-z-]+$/,
  /^GET \/console(?:\/.*)?$/,
];

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer({
    plugins: join(import.meta.dirname, '../../../plugins'),
    settings: [
      'plugins.gkv.enabled=false',
      'plugins.auth.requestsPerMinute=1000000',
      'plugins.auth.login.responseFloorMs=0',
    ],
  });
});
afterAll(() => server.close());

const answered = async (method: string, path: string): Promise<number> => {
  const response = await fetch(server.url + path, {
    method,
    redirect: 'manual',
    ...(method === 'GET' ? {} : { body: '{}', headers: { 'content-type': 'application/json' } }),
  });
  await response.arrayBuffer();
  return response.status;
};

/** Requests that were answered with 2xx and are not on the list. */
async function open(requests: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const request of requests) {
    const [method = '', path = ''] = request.split(' ');
    const status = await answered(method, path);
    const fits = status >= 200 && status < 300 && !PUBLIC.some((rule) => rule.test(request));
    if (fits || status >= 500) found.push(`${request} ${String(status)}`);
  }
  return found;
}

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

describe('nothing about anybody without a token', () => {
  test('[R-269] SGB V 139e: FHIR, by every type and operation that the server knows', async () => {
    const statement = (await (
      await fetch(`${server.url}/fhir/metadata`)
    ).json()) as CapabilityStatement;
    const rest = statement.rest?.[0];
    const types = (rest?.resource ?? []).map(({ type }) => type);
    expect(types.length).toBeGreaterThan(140);
    const operations = [
      ...(rest?.operation ?? []).map(({ name }) => `/fhir/$${name}`),
      ...(rest?.resource ?? []).flatMap(({ type, operation }) =>
        (operation ?? []).flatMap(({ name }) => [
          `/fhir/${type}/$${name}`,
          `/fhir/${type}/x/$${name}`,
        ]),
      ),
    ];
    expect(operations.length).toBeGreaterThan(20);
    const requests = [
      ...types.flatMap((type) => [
        `GET /fhir/${type}`,
        `GET /fhir/R4/${type}/x`,
        `GET /fhir/${type}/x/_history/1`,
        `POST /fhir/${type}`,
        `POST /fhir/${type}/_search`,
        `PUT /fhir/${type}/x`,
        `DELETE /fhir/${type}/x`,
      ]),
      ...operations.flatMap((path) => [`GET ${path}`, `POST ${path}`]),
      ...METHODS.map((method) => `${method} /fhir`),
      'GET /fhir/_history',
      'GET /fhir/Patient/x/Observation',
    ];
    expect(await open(requests)).toEqual([]);
  });

  test('[R-269] TR-03161 O.Arch_5: every route that a plugin has taken, and what lies below it', async () => {
    const registered = server.log.find(({ event }) => event === 'plugins.registered');
    const prefixes = (registered?.['routes'] as string[]).map((route) => route.split(' ')[1] ?? '');
    expect(prefixes.length).toBeGreaterThan(8);
    const below = ['', '/', '/x', '/x/y', '/projects/default', '/projects/default/invite', '/me'];
    const requests = prefixes.flatMap((prefix) =>
      below.flatMap((more) => METHODS.map((method) => `${method} ${prefix}${more}`)),
    );
    expect(await open(requests)).toEqual([]);
  });

  test('[R-269] what is there and what is not answers alike', async () => {
    for (const path of ['/fhir/Patient/x', '/fhir/Patient/sandbox-patient']) {
      expect(await answered('GET', path)).toBe(401);
    }
  });
});
