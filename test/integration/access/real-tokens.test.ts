import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { exportJWK, generateKeyPair, importJWK, type JWK, SignJWT } from 'jose';
import { requestToken } from '../../../plugins/auth/clients/request-token.ts';
import {
  SANDBOX_ROLES,
  type SandboxRole,
  sandboxClientId,
  sandboxKeyFile,
} from '../../../plugins/auth/clients/sandbox-clients.ts';
import type { Answer } from '../../support/fhir-client.ts';
import { fhirClient } from '../../support/fhir-client.ts';
import { observation } from '../../support/resources.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

/** The product's own plugins, of which only `auth` runs here. */
const PLUGINS = join(import.meta.dirname, '../../../plugins');

/** The shipped policies. */
const POLICIES = join(import.meta.dirname, '../../../access-policies');

let server: TestServer;
let ahead = 0;
const tokens = new Map<SandboxRole, string>();

beforeAll(async () => {
  const others = (await readdir(PLUGINS)).filter(
    (name) => /^[a-z-]+$/.test(name) && name !== 'auth',
  );
  server = await startTestServer({
    plugins: PLUGINS,
    settings: others.map((name) => `plugins.${name}.enabled=false`),
    clock: { now: () => Date.now() + ahead },
  });
  for (const role of SANDBOX_ROLES) {
    tokens.set(role, await tokenOf(role));
  }
}, 60_000);
afterAll(() => server.close(), 30_000);

async function keyOf(role: SandboxRole): Promise<JWK> {
  const folder = join(server.config.dataDirectory, 'plugins/auth');
  return JSON.parse(await readFile(join(folder, sandboxKeyFile(role)), 'utf8')) as JWK;
}

async function tokenOf(role: SandboxRole): Promise<string> {
  return requestToken(server.url, sandboxClientId(role), await keyOf(role), {
    now: () => Date.now(),
  });
}

const as = (role: SandboxRole) => fhirClient(`${server.url}/fhir`, tokens.get(role));
const withToken = (token: string): Promise<Answer> =>
  fhirClient(`${server.url}/fhir`, token).get('Patient/sandbox-patient');

function consentOf(scope: string, actor: string | undefined): object {
  const system = 'http://terminology.hl7.org/CodeSystem/consentscope';
  const patient = { reference: 'Patient/sandbox-patient' };
  const granted =
    actor === undefined ? [] : [{ role: { text: 'x' }, reference: { reference: actor } }];
  return {
    resourceType: 'Consent',
    status: 'active',
    scope: { coding: [{ system, code: scope }] },
    category: [{ text: 'x' }],
    patient,
    performer: [patient],
    provision: { type: 'permit', ...(granted.length === 0 ? {} : { actor: granted }) },
  };
}

function parts(token: string): { header: object; payload: Record<string, unknown> } {
  const [header = '', payload = ''] = token.split('.');
  const json = (text: string) => JSON.parse(Buffer.from(text, 'base64url').toString()) as object;
  return { header: json(header), payload: json(payload) as Record<string, unknown> };
}

describe('with the real plugins/auth and its token endpoint', () => {
  test('[R-019] the sandbox has an identity for every shipped role that a person or a machine can have', async () => {
    const shipped = (await readdir(POLICIES))
      .filter((name) => name.endsWith('.json'))
      .map((name) => name.slice(0, -'.json'.length));
    // One that support has together with its own.
    const wanted = shipped.filter((role) => role !== 'break-glass');
    expect([...SANDBOX_ROLES].sort()).toEqual([...wanted, 'full'].sort());
    const seen = [];
    for (const role of SANDBOX_ROLES) {
      const patients = await as(role).get('Patient?_total=accurate');
      seen.push([role, patients.status === 200 ? patients.json<{ total: number }>().total : 403]);
    }
    expect(seen).toEqual([
      ['patient', 1],
      ['related-person', 0],
      ['clinician', 1],
      ['support', 0],
      ['integration-partner', 0],
      ['researcher', 0],
      ['sponsor', 403],
      ['admin', 403],
      ['auditor', 403],
      ['full', 1],
    ]);
  });

  test.each([
    ['related-person', 'patient-privacy', 'RelatedPerson/sandbox-related-person'],
    ['integration-partner', 'patient-privacy', 'Organization/sandbox-partner'],
    ['researcher', 'research', undefined],
  ] as const)(
    '[R-034] the %s of the sandbox sees the patient with the consent that the patient writes, and not after it',
    async (role, scope, actor) => {
      const consent = consentOf(scope, actor);
      const written = await as('patient').post('Consent', consent);
      expect([written.status, written.text]).toEqual([201, expect.any(String)]);
      const total = async (): Promise<number> =>
        (await as(role).get('Patient?_total=accurate')).json<{ total: number }>().total;
      expect(await total()).toBe(1);
      const { id } = written.json<{ id: string }>();
      await as('patient').put(`Consent/${id}`, { ...consent, id, status: 'inactive' });
      expect(await total()).toBe(0);
    },
  );

  test('[R-019] [R-149] a token of the token endpoint leads to the Patient and to the policy of the role', async () => {
    const own = await as('patient').get('Patient/sandbox-patient');
    expect([own.status, own.json<{ id: string }>().id]).toEqual([200, 'sandbox-patient']);
    await as('full').put('Patient/other', { resourceType: 'Patient', id: 'other' });
    expect((await as('patient').get('Patient/other')).status).toBe(404);
    expect((await as('patient').post('Observation', observation('sandbox-patient'))).status).toBe(
      201,
    );
    expect((await as('patient').post('Observation', observation('other'))).status).toBe(403);
    expect((await as('admin').get('Patient/sandbox-patient')).status).toBe(403);
    expect((await as('auditor').get('AuditEvent')).status).toBe(200);
  });

  test('[R-044] the row of the ledger bears the identity, the client and the id of the token', async () => {
    const before = await server.auditHead();
    await as('patient').get('Patient/sandbox-patient');
    const { payload } = parts(tokens.get('patient') ?? '');
    expect(await server.audit(before)).toEqual([
      expect.objectContaining({
        agent: 'Patient/sandbox-patient',
        client_id: 'sandbox-patient',
        token_id: payload['jti'],
      }),
    ]);
  });

  test('[R-012] a token that was changed, signed by somebody else, or not signed is refused', async () => {
    const token = tokens.get('patient') ?? '';
    const [head = '', body = '', signature = ''] = token.split('.');
    const { header, payload } = parts(token);
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const foreign = await new SignJWT(payload)
      .setProtectedHeader({ ...header, alg: 'ES256' })
      .sign(privateKey);
    const embedded = await new SignJWT(payload)
      .setProtectedHeader({ ...header, alg: 'ES256', jwk: await exportJWK(publicKey) })
      .sign(privateKey);
    for (const bad of [
      `${head}.${encode({ ...payload, sub: 'sandbox-full', client_id: 'sandbox-full' })}.${signature}`,
      `${encode({ ...header, alg: 'none' })}.${body}.`,
      `${encode({ ...header, alg: 'HS256' })}.${body}.${signature}`,
      `${head}.${body}.${'A'.repeat(signature.length)}`,
      `${head}.${body}`,
      foreign,
      embedded,
    ]) {
      const answer = await withToken(bad);
      expect([answer.status, answer.codes()]).toEqual([401, ['AUTH_TOKEN_INVALID']]);
      expect(answer.headers.get('www-authenticate')).toContain('invalid_token');
    }
    expect((await withToken(token)).status).toBe(200);
  });

  test('[R-012] a client assertion is no access token', async () => {
    const now = Math.floor(Date.now() / 1000);
    const assertion = await new SignJWT({
      iss: 'sandbox-full',
      sub: 'sandbox-full',
      aud: `${server.url}/fhir`,
      jti: 'x',
      iat: now,
      exp: now + 60,
    })
      .setProtectedHeader({ alg: 'ES384' })
      .sign(await importJWK(await keyOf('full'), 'ES384'));
    expect((await withToken(assertion)).status).toBe(401);
  });

  test('[R-012] a token that has expired is refused as such', async () => {
    const token = await tokenOf('patient');
    expect((await withToken(token)).status).toBe(200);
    const { payload } = parts(token);
    ahead = Number(payload['exp']) * 1000 - Date.now() + 60_000;
    try {
      const answer = await withToken(token);
      expect([answer.status, answer.codes()]).toEqual([401, ['AUTH_TOKEN_EXPIRED']]);
    } finally {
      ahead = 0;
    }
  });
});
