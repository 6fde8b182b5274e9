import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MedplumClient } from '@medplum/core';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import type { JWK, JWTPayload } from 'jose';
import { requestToken } from '../../clients/request-token.ts';
import { SANDBOX_ROLES } from '../../clients/sandbox-clients.ts';
import { accountsDatabase } from '../support/accounts-database.ts';
import { authServer } from '../support/auth-server.ts';
import type { AuthServer } from '../support/auth-server.ts';
import { clientAssertion, EC_KEY, requestWithAssertion } from '../support/client-assertion.ts';

const { d: _private, ...PUBLIC_KEY } = EC_KEY;

const CONFIG = {
  serviceAccounts: [
    {
      clientId: 'billing-bot',
      jwks: { keys: [PUBLIC_KEY] },
      profile: 'Bot/gkv-billing',
      scope: 'system/Claim.cruds',
      owner: 'Billing team',
      purpose: 'Invoices',
      rotationDays: 90,
    },
  ],
};

describe('SMART Backend Services 2.2', () => {
  let database: Awaited<ReturnType<typeof accountsDatabase>>;
  let server: AuthServer;

  beforeAll(async () => {
    database = await accountsDatabase();
    server = await authServer({ database, config: CONFIG });
  }, 60_000);
  afterAll(async () => {
    await server.close();
    await database.drop();
  }, 30_000);

  test('a service account gets a token of its FHIR identity, on the audit ledger, within its scope', async () => {
    const response = await requestWithAssertion(server, await clientAssertion(server), {
      scope: 'system/Claim.cruds system/*.cruds',
    });
    expect(response.status).toBe(200);
    expect(decodeJwt(response.body.access_token)).toMatchObject({
      sub: 'billing-bot',
      client_id: 'billing-bot',
      profile: 'Bot/gkv-billing',
      aud: `${server.origin}/fhir`,
      scope: 'system/Claim.cruds',
    });
    expect(decodeProtectedHeader(response.body.access_token)).toMatchObject({
      alg: 'ES256',
      typ: 'at+jwt',
    });
    expect(await server.authenticator.verify(response.body.access_token)).toMatchObject({
      profile: 'Bot/gkv-billing',
      subject: 'billing-bot',
      clientId: 'billing-bot',
    });
    expect(response.body).not.toHaveProperty('refresh_token');
    expect(server.events.at(-1)).toMatchObject({
      agent: 'Bot/gkv-billing',
      clientId: 'billing-bot',
      outcome: 'success',
    });
  });

  test.each([
    ['no scope', '', 'system/Claim.cruds'],
    ['more than it may have', 'system/*.cruds', 'system/Claim.cruds'],
    ['less', 'system/Claim.rs', 'system/Claim.rs'],
    ['less, in the words of version 1', 'system/Claim.read', 'system/Claim.read'],
    ['less, by a search', 'system/Claim.rs?status=active', 'system/Claim.rs?status=active'],
    ['something else beside it', 'openid system/Patient.rs system/Claim.r', 'system/Claim.r'],
  ])(
    'RFC 6749 3.3: asking for %s gives what both request and configuration cover',
    async (_name, scope, granted) => {
      const response = await requestWithAssertion(server, await clientAssertion(server), { scope });
      expect([response.status, decodeJwt(response.body.access_token)['scope']]).toEqual([
        200,
        granted,
      ]);
      expect(await server.authenticator.verify(response.body.access_token)).toMatchObject({
        scope: granted,
      });
    },
  );

  test.each(['openid', 'system/Patient.rs', 'user/Claim.rs', 'system/Claim.rs?status:not=active'])(
    'RFC 6749 5.2: a token without any granted scope would not be narrowed, so %j gets none',
    async (scope) => {
      const response = await requestWithAssertion(server, await clientAssertion(server), { scope });
      expect(response).toMatchObject({ status: 400, body: { error: 'invalid_scope' } });
    },
  );

  test.each(['%00', '%EF%BF%BF', 'a%20b', 'x'.repeat(300)])(
    'RFC 6749 A.1: the client_id %s names nobody, and is no error of the server',
    async (id) => {
      const answer = await fetch(`${server.origin}/oauth2/authorize?client_id=${id}`);
      expect(answer.status).toBe(400);
    },
  );

  test('MedplumClient, a client we did not write, signs in with private_key_jwt', async () => {
    const medplum = new MedplumClient({ baseUrl: `${server.origin}/`, fetch: globalThis.fetch });
    const profile = medplum.startJwtAssertionLogin(await clientAssertion(server));
    // It asks for the profile afterwards, which this server of one plugin does not have.
    await profile.catch(() => undefined);
    const claims = await server.authenticator.verify(medplum.getAccessToken() ?? '');
    expect(claims).toMatchObject({ profile: 'Bot/gkv-billing' });
    expect(medplum.getActiveLogin()).toMatchObject({
      profile: { reference: 'Bot/gkv-billing' },
      project: { reference: 'Project/default' },
    });
  });

  test('the inventory knows owner, purpose, keys, their age and the last use of each account', async () => {
    await requestWithAssertion(server, await clientAssertion(server));
    const [row] = await database.query<Record<string, unknown>>({
      text: `SELECT * FROM oauth_client WHERE client_id = 'billing-bot'`,
    });
    expect(row).toMatchObject({
      owner: 'Billing team',
      purpose: 'Invoices',
      rotation_days: 90,
      active: true,
    });
    expect(row?.['key_thumbprints']).toHaveLength(1);
    expect(row?.['last_used_at']).toBeInstanceOf(Date);
    expect(row?.['keys_since']).toBeInstanceOf(Date);
  });

  test('RFC 7523 3: aud, exp, jti, iss, sub of the assertion are checked', async () => {
    const now = Math.floor(Date.now() / 1000);
    const wrong = [
      { aud: 'https://other.example/oauth2/token' },
      { exp: now - 60 },
      { exp: now + 3600 },
      { exp: undefined },
      { jti: undefined },
      { iss: 'another' },
    ];
    for (const claims of wrong) {
      const response = await requestWithAssertion(
        server,
        await clientAssertion(server, claims as JWTPayload),
      );
      expect({ claims, status: response.status, error: response.body['error'] }).toEqual({
        claims,
        status: 401,
        error: 'invalid_client',
      });
    }
    expect(server.events.at(-1)).toMatchObject({
      outcome: 'minor',
      description: 'Client authentication refused',
    });
    server.advance(3700);
  });

  test('RFC 7523 3: an assertion is used once, even by many requests at the same time', async () => {
    const assertion = await clientAssertion(server);
    const all = await Promise.all(
      Array.from({ length: 5 }, () => requestWithAssertion(server, assertion)),
    );
    expect(all.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401, 401]);
    server.advance(3700);
  });

  test('[R-012] BSI TR-02102-1: RS256, EdDSA, HS256 and none are refused', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 3072 }).privateKey.export({
      format: 'jwk',
    }) as JWK;
    const ed = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }) as JWK;
    const hmac: JWK = {
      kty: 'oct',
      k: Buffer.from(JSON.stringify(PUBLIC_KEY)).toString('base64url'),
    };
    const payload = (await clientAssertion(server)).split('.')[1] ?? '';
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`;
    const assertions = [
      await clientAssertion(server, {}, 'RS256', rsa),
      await clientAssertion(server, {}, 'EdDSA', ed),
      await clientAssertion(server, {}, 'HS256', hmac),
      none,
    ];
    for (const assertion of assertions) {
      expect(await requestWithAssertion(server, assertion)).toMatchObject({
        status: 401,
        body: { error: 'invalid_client' },
      });
    }
    server.advance(3700);
  });

  test('an assertion signed with another key is refused', async () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
      format: 'jwk',
    }) as JWK;
    expect(
      (await requestWithAssertion(server, await clientAssertion(server, {}, 'ES256', other)))
        .status,
    ).toBe(401);
  });

  test('an assertion made for another host is refused, whatever the Host header says', async () => {
    const assertion = await clientAssertion(server, { aud: 'http://evil.example/oauth2/token' });
    const body = new URLSearchParams({
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    }).toString();
    const status = await new Promise((resolve, reject) => {
      httpRequest(
        `${server.origin}/oauth2/token`,
        {
          method: 'POST',
          headers: {
            host: 'evil.example',
            'x-forwarded-host': 'evil.example',
            'content-type': 'application/x-www-form-urlencoded',
            'content-length': body.length,
          },
        },
        (response) => resolve(response.resume().statusCode),
      )
        .on('error', reject)
        .end(body);
    });
    expect(status).toBe(401);
  });

  test('ten refused assertions in an hour stop an account from that address', async () => {
    server.advance(3700);
    for (let attempt = 0; attempt < 10; attempt += 1) {
      await requestWithAssertion(
        server,
        await clientAssertion(server, { aud: 'https://other.example' }),
      );
    }
    expect((await requestWithAssertion(server, await clientAssertion(server))).status).toBe(401);
    // They came from where the account lives: it stays switched off until somebody switches it on.
    server.advance(3700);
    expect((await requestWithAssertion(server, await clientAssertion(server))).status).toBe(401);
    await database.query({ text: 'UPDATE oauth_client SET disabled_at = NULL' });
    expect((await requestWithAssertion(server, await clientAssertion(server))).status).toBe(200);
  });

  test('no token goes out when its issue cannot be recorded', async () => {
    server.failAudit = true;
    const response = await requestWithAssertion(server, await clientAssertion(server));
    server.failAudit = false;
    expect(response).toMatchObject({ status: 503, body: { error: 'temporarily_unavailable' } });
    expect(response.body).not.toHaveProperty('access_token');
  });

  test('the sandbox has an identity with a key file for each role, readable by the server only', async () => {
    const files = (await readdir(server.dataDirectory)).sort();
    expect(files).toEqual([
      'keys.json',
      ...SANDBOX_ROLES.map((role) => `sandbox-${role}.jwk.json`).sort(),
    ]);
    for (const file of files)
      expect((await stat(join(server.dataDirectory, file))).mode & 0o777).toBe(0o600);
    const key = JSON.parse(
      await readFile(join(server.dataDirectory, 'sandbox-clinician.jwk.json'), 'utf8'),
    ) as JWK;
    const token = await requestToken(server.origin, 'sandbox-clinician', key, {
      now: () => Date.now(),
    });
    expect(decodeJwt(token)).toMatchObject({ profile: 'Practitioner/sandbox-clinician' });
    expect(server.repository.resources.get('ProjectMembership/sandbox-clinician')).toMatchObject({
      profile: { reference: 'Practitioner/sandbox-clinician' },
      access: [{ policy: { reference: 'AccessPolicy/clinician' } }],
    });
    const made = [...server.repository.resources.keys()].filter((key) => key.includes('sandbox-'));
    // An identity and a membership of each role, the partner's organization and the researcher's study.
    expect(made).toHaveLength(2 * SANDBOX_ROLES.length + 2);
  });

  test('scripts/token.ts says in one sentence that no server runs', () => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [
        'scripts/token.ts',
        'patient',
        '--keys',
        server.dataDirectory,
        '--url',
        'http://127.0.0.1:9',
      ],
      { encoding: 'utf8' },
    );
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toContain('No server answers at http://127.0.0.1:9');
  });
});
