import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JWK } from 'jose';
import type { TestServer } from '../../../../test/support/server.ts';
import { sandboxClientId, sandboxKeyFile } from '../../clients/sandbox-clients.ts';
import type { AuthServer } from '../support/auth-server.ts';
import { clientAssertion, requestWithAssertion } from '../support/client-assertion.ts';
import { judgedServer } from '../support/judge.ts';

let server: TestServer;

beforeAll(async () => {
  server = await judgedServer();
}, 60_000);
afterAll(() => server.close(), 30_000);

/** A token of the admin of the sandbox. */
async function tokenWith(scope: string): Promise<string> {
  const issuer = { origin: server.url, now: () => Date.now() } as AuthServer;
  const folder = join(server.config.dataDirectory, 'plugins/auth');
  const key = JSON.parse(await readFile(join(folder, sandboxKeyFile('admin')), 'utf8')) as JWK;
  const id = sandboxClientId('admin');
  const assertion = await clientAssertion(issuer, { iss: id, sub: id }, 'ES384', key);
  return (await requestWithAssertion(issuer, assertion, { scope })).body.access_token;
}

async function inventory(token: string, path = '', method = 'GET'): Promise<number> {
  const answer = await fetch(`${server.url}/admin/service-accounts${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
  });
  return answer.status;
}

describe('SMART App Launch 2.2: scopes bound what a token of an admin opens beside FHIR', () => {
  test('[R-031] the inventory of service accounts opens to the whole policy only', async () => {
    expect(await inventory(await tokenWith('system/*.cruds'))).toBe(200);
    for (const scope of [
      'system/Observation.rs',
      'system/*.rs',
      'system/ClientApplication.cruds',
    ]) {
      const token = await tokenWith(scope);
      expect([scope, await inventory(token)]).toEqual([scope, 403]);
      expect([scope, await inventory(token, '/billing-bot/enable', 'POST')]).toEqual([scope, 403]);
    }
  }, 30_000);
});
