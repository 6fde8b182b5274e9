import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { MedplumClient } from '@medplum/core';
import { importJWK, type JWK, SignJWT } from 'jose';
import { PASSWORD } from '../../../plugins/auth/test/support/sign-in.ts';
import { type Product, startProduct } from './product.ts';

let product: Product;

beforeAll(async () => {
  jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  product = await startProduct(['http.cors.origins=https://console.example']);
}, 60_000);
afterAll(() => product.close(), 30_000);

/** What a service account says of itself. */
async function assertion(role: 'auditor' | 'clinician', audience = product.url): Promise<string> {
  const clientId = `sandbox-${role}`;
  const file = join(product.config.dataDirectory, 'plugins/auth', `${clientId}.jwk.json`);
  const key = JSON.parse(await readFile(file, 'utf8')) as JWK;
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({})
    .setProtectedHeader({ alg: 'ES384', kid: String(key.kid) })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(audience)
    .setJti(randomUUID())
    .setIssuedAt(now)
    .setExpirationTime(now + 60)
    .sign(await importJWK(key, 'ES384'));
}

const login = (body: object, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${product.url}/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ email: 'somebody', password: PASSWORD, ...body }),
  });

const CHALLENGE = { codeChallenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM' };

async function textOf(response: Response): Promise<string> {
  const outcome = (await response.json()) as { issue?: { details?: { text?: string } }[] };
  return outcome.issue?.[0]?.details?.text ?? JSON.stringify(outcome);
}

describe('MedplumClient 5.2: service accounts', () => {
  test('startJwtBearerLogin and startJwtAssertionLogin: an assertion of the client about itself', async () => {
    const bearer = product.medplum();
    await bearer.startJwtBearerLogin('sandbox-auditor', await assertion('auditor'), 'system/*.rs');
    const asserted = product.medplum();
    await asserted.startJwtAssertionLogin(await assertion('auditor'));
    for (const medplum of [bearer, asserted]) {
      expect((await medplum.search('AuditEvent', '_count=1')).entry).toHaveLength(1);
      expect(medplum.getProfile()).toBeUndefined();
    }
    const used = await assertion('auditor');
    await product.medplum().startJwtAssertionLogin(used);
    await expect(product.medplum().startJwtAssertionLogin(used)).rejects.toThrow();
    const elsewhere = await assertion('auditor', 'https://elsewhere.example');
    await expect(
      product.medplum().startJwtBearerLogin('sandbox-auditor', elsewhere, 'system/*.rs'),
    ).rejects.toThrow();
    // The client that is named has to be the one that proves itself.
    await expect(
      product
        .medplum()
        .startJwtBearerLogin('sandbox-full', await assertion('clinician'), 'system/*.rs'),
    ).rejects.toThrow();
  }, 30_000);

  test('auth/me of a service account names its profile, its policy and no sessions', async () => {
    const medplum: MedplumClient = product.medplum();
    medplum.setAccessToken(await product.sandboxToken('auditor'));
    const me = await medplum.get<Record<string, Record<string, unknown>>>('auth/me');
    expect(me['profile']).toMatchObject({ resourceType: 'Practitioner', id: 'sandbox-auditor' });
    expect(JSON.stringify(me['accessPolicy'])).toContain('AuditEvent');
    expect(me['security']).toBeUndefined();
    await expect(medplum.get('auth/mfa/status')).rejects.toThrow(/have no sign-in/);
  });
});

test('RFC 9728: the FHIR API names its authorization server', async () => {
  const answer = await fetch(`${product.url}/.well-known/oauth-protected-resource`);
  expect(await answer.json()).toMatchObject({
    resource: `${product.url}/fhir`,
    authorization_servers: [product.url],
  });
});

describe('auth/login: who may ask, and with what', () => {
  test('PKCE (RFC 7636): needed, and S256 or what is turned into it', async () => {
    expect(await textOf(await login({}))).toMatch(/PKCE is needed/);
    expect(await textOf(await login({ codeChallenge: 'short' }))).toMatch(/no SHA-256/);
    expect(await textOf(await login({ ...CHALLENGE, codeChallengeMethod: 'S512' }))).toMatch(
      /S256/,
    );
    expect((await login(CHALLENGE)).status).toBe(200);
  });

  test('only clients that the operator has named take passwords', async () => {
    for (const clientId of ['diga-app', 'sandbox-admin', 'nobody-knows']) {
      const answer = await login({ ...CHALLENGE, clientId });
      expect([answer.status, await textOf(answer)]).toEqual([
        400,
        expect.stringContaining('oauth2/authorize'),
      ]);
    }
  });

  test('pages of foreign origins are turned away', async () => {
    const from = (origin: string) => login(CHALLENGE, { origin });
    expect((await from('https://evil.example')).status).toBe(403);
    expect((await from(product.url)).status).toBe(200);
    expect((await from('https://console.example')).status).toBe(200);
  });

  test('bodies that are no JSON, too long or of another shape get a precise answer', async () => {
    const send = (body: string, type = 'application/json') =>
      fetch(`${product.url}/auth/login`, {
        method: 'POST',
        headers: { 'content-type': type },
        body,
      });
    expect(await textOf(await send('{'))).toMatch(/it is no JSON/);
    expect(await textOf(await send('email=a', 'text/plain'))).toMatch(/it is no JSON/);
    expect(await textOf(await send(JSON.stringify({ email: 'x'.repeat(70_000) })))).toMatch(
      /too long/,
    );
    expect(await textOf(await send(JSON.stringify({ email: 7 })))).toMatch(/email is not usable/);
    const other = await fetch(`${product.url}/auth/login`, { method: 'PUT' });
    expect([other.status, other.headers.get('allow')]).toEqual([405, 'POST']);
  });
});
