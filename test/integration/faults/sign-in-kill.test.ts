import { createHash, randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import { PASSWORD, register, totpCode } from '../../../plugins/auth/test/support/sign-in.ts';
import type { AuthServer } from '../../../plugins/auth/test/support/auth-server.ts';
import { type ServerProcess, startServerProcess } from '../../support/server-process.ts';
import { createTestDatabases, type TestDatabases } from '../../support/test-databases.ts';

const PLUGINS = join(import.meta.dirname, '../../../plugins');
const NEEDED = ['auth', 'medplum'];

let databases: TestDatabases;
let server: ServerProcess;

beforeAll(async () => {
  databases = await createTestDatabases();
  const others = (await readdir(PLUGINS)).filter(
    (name) => /^[a-z-]+$/.test(name) && !NEEDED.includes(name),
  );
  const settings = [
    ...others.map((name) => `plugins.${name}.enabled=false`),
    'plugins.auth.login.responseFloorMs=0',
  ];
  server = await startServerProcess(databases, settings, [], PLUGINS);
}, 120_000);
afterAll(async () => {
  await server.close();
  await databases.drop();
}, 60_000);

const killed = async (): Promise<void> => {
  await server.kill();
  await server.start();
};
const post = async (path: string, body: object): Promise<Record<string, string>> => {
  const response = await fetch(server.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect([path, response.status]).toEqual([path, 200]);
  return (await response.json()) as Record<string, string>;
};
const token = async (form: Record<string, string>) => {
  const response = await fetch(`${server.url}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams(form),
  });
  const body = (await response.json()) as Record<string, string>;
  return { status: response.status, body };
};
const read = async (accessToken: string): Promise<number> => {
  const { profile } = decodeJwt<{ profile: string }>(accessToken);
  const response = await fetch(`${server.url}/fhir/${profile}`, {
    headers: { authorization: `Bearer ${accessToken}` },
  });
  await response.arrayBuffer();
  return response.status;
};

describe('IT-Grundschutz APP.4.3: a server that is killed between the steps of a sign-in', () => {
  test('[R-200] loses no step: what was begun is finished, a code becomes a token, tokens work and renew, and nothing serves twice', async () => {
    const { credentials } = await register({ origin: server.url, now: Date.now } as AuthServer);
    const verifier = randomBytes(32).toString('base64url');
    await killed();
    const { login = '' } = await post('/auth/login', {
      email: credentials.handle,
      password: PASSWORD,
      scope: 'openid offline_access',
      codeChallenge: createHash('sha256').update(verifier).digest('base64url'),
      codeChallengeMethod: 'S256',
    });
    await killed();
    // The code of the registration is used up; the one after it is taken already.
    const proof = totpCode({ now: () => Date.now() + 30_000 } as AuthServer, credentials.secret);
    const { code = '' } = await post('/auth/mfa/verify', { login, token: proof });
    await killed();
    const grant = {
      grant_type: 'authorization_code',
      client_id: '',
      code,
      code_verifier: verifier,
    };
    const first = await token(grant);
    expect(first).toMatchObject({ status: 200 });
    await killed();
    expect(await read(first.body['access_token'] ?? '')).toBe(200);
    const again = await token({
      grant_type: 'refresh_token',
      client_id: '',
      refresh_token: first.body['refresh_token'] ?? '',
    });
    expect(again.status).toBe(200);
    await killed();
    expect(await read(again.body['access_token'] ?? '')).toBe(200);
    // What was used before a kill is used after it: a copy ends all that came of the sign-in.
    expect(await token(grant)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    await killed();
    expect(
      await token({
        grant_type: 'refresh_token',
        client_id: '',
        refresh_token: again.body['refresh_token'] ?? '',
      }),
    ).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect(await read(again.body['access_token'] ?? '')).toBe(401);
  }, 180_000);
});
