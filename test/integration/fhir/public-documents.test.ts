import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { CapabilityStatement } from '@medplum/fhirtypes';
import { join } from 'node:path';
import { CORE_OPERATIONS } from '../../../src/fhir/operations/core-operations.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
}, 120_000);
afterAll(async () => {
  await server.close();
}, 60_000);

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${server.url}/${path}`, { headers });

describe('FHIR R4 CapabilityStatement', () => {
  test('it lists every operation of the host where it can be called', async () => {
    const statement = (await (await get('fhir/metadata')).json()) as CapabilityStatement;
    const [rest] = statement.rest ?? [];
    const system = new Set(rest?.operation?.map(({ name }) => name));
    for (const operation of CORE_OPERATIONS) {
      if (operation.system === true) expect(system).toContain(operation.name);
      for (const type of operation.types === 'all' ? ['Basic'] : (operation.types ?? [])) {
        const entry = rest?.resource?.find((one) => one.type === type);
        expect(entry?.operation?.map(({ name }) => name)).toContain(operation.name);
      }
    }
    expect(rest?.interaction?.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['batch', 'transaction', 'search-system', 'history-system']),
    );
    expect(rest?.resource?.find(({ type }) => type === 'Patient')).toMatchObject({
      conditionalCreate: true,
      conditionalUpdate: true,
      updateCreate: true,
    });
  });

  test.each(['fhir/metadata', 'fhir/openapi.json', 'fhir/R4/metadata'])(
    '%s is public, open to every origin, and 304 for who has it',
    async (path) => {
      const first = await get(path);
      expect(first.status).toBe(200);
      expect(first.headers.get('access-control-allow-origin')).toBe('*');
      expect(first.headers.get('cache-control')).toBe('public, max-age=60');
      await first.arrayBuffer();
      const etag = first.headers.get('etag') ?? '';
      const again = await get(path, { 'if-none-match': etag });
      expect([again.status, await again.text()]).toEqual([304, '']);
    },
  );
});

describe('OpenAPI 3.1', () => {
  interface Document {
    readonly openapi: string;
    readonly servers: readonly { readonly url: string }[];
    readonly paths: Readonly<Record<string, Readonly<Record<string, { operationId?: string }>>>>;
    readonly components: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  }

  test('it describes what the CapabilityStatement says, each operation under an id of its own', async () => {
    const document = (await (await get('fhir/R4/openapi.json')).json()) as Document;
    expect(document.openapi).toBe('3.1.0');
    expect(document.servers).toEqual([{ url: `${server.url}/fhir/R4` }]);
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining([
        '/Patient',
        '/Patient/{id}',
        '/$export',
        '/Group/{id}/$export',
        '/Patient/{id}/$everything',
      ]),
    );
    expect(document.paths['/AuditEvent/{id}']).not.toHaveProperty('put');
    const ids = Object.values(document.paths).flatMap((item) =>
      ['get', 'post', 'put', 'patch', 'delete'].flatMap(
        (method) => item[method]?.operationId ?? [],
      ),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('every reference leads to a component', async () => {
    const document = (await (await get('fhir/openapi.json')).json()) as Document;
    const broken: string[] = [];
    const visit = (node: unknown): void => {
      if (typeof node !== 'object' || node === null) return;
      for (const [name, value] of Object.entries(node)) {
        if (name !== '$ref' || typeof value !== 'string') visit(value);
        else {
          const [, , kind = '', part = ''] = value.split('/');
          if (document.components[kind]?.[part] === undefined) broken.push(value);
        }
      }
    };
    visit(document);
    expect(broken).toEqual([]);
  });

  test('path parameters are declared', async () => {
    const { paths } = (await (await get('fhir/openapi.json')).json()) as Document;
    for (const [path, item] of Object.entries(paths)) {
      const wanted = [...path.matchAll(/\{(\w+)\}/g)].map(
        ([, name]) => `#/components/parameters/${name ?? ''}`,
      );
      const given = (item['parameters'] as unknown as { $ref: string }[] | undefined) ?? [];
      expect([path, given.map(({ $ref }) => $ref)]).toEqual([path, wanted]);
    }
  });
});

describe('SMART App Launch 2.2 conformance: .well-known/smart-configuration', () => {
  test('without an authorization server that says it, it is not public and not there', async () => {
    expect((await get('fhir/.well-known/smart-configuration')).status).toBe(401);
  });

  test('it says what the authorization server really supports, at every base', async () => {
    const own = await startTestServer({ plugins: join(import.meta.dirname, '../../../plugins') });
    try {
      for (const mount of ['fhir', 'fhir/R4']) {
        const answer = await fetch(`${own.url}/${mount}/.well-known/smart-configuration`);
        expect(answer.status).toBe(200);
        expect(answer.headers.get('content-type')).toBe('application/json');
        expect(answer.headers.get('access-control-allow-origin')).toBe('*');
        const smart = (await answer.json()) as Record<string, unknown>;
        const discovery = (await (
          await fetch(`${own.url}/.well-known/openid-configuration`)
        ).json()) as Record<string, unknown>;
        for (const name of [
          'issuer',
          'jwks_uri',
          'authorization_endpoint',
          'token_endpoint',
          'introspection_endpoint',
          'revocation_endpoint',
          'response_types_supported',
          'code_challenge_methods_supported',
        ]) {
          expect([name, smart[name]]).toEqual([name, discovery[name]]);
        }
        expect(discovery['grant_types_supported']).toEqual(
          expect.arrayContaining(smart['grant_types_supported'] as string[]),
        );
        expect(
          new Set(discovery['token_endpoint_auth_signing_alg_values_supported'] as string[]),
        ).toEqual(new Set(smart['token_endpoint_auth_signing_alg_values_supported'] as string[]));
      }
    } finally {
      await own.close();
    }
  }, 120_000);
});
