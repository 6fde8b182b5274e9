import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import type { Database } from '../../../../src/plugin/sdk.ts';
import { accountsDatabase } from '../support/accounts-database.ts';
import { type AuthServer, authServer } from '../support/auth-server.ts';
import { type Clinic, signInAt, STAFF_SYSTEM, startClinic } from '../support/clinic-login.ts';
import { fieldValue } from '../support/browser.ts';
import { exchange, PASSWORD, register, totpCode } from '../support/sign-in.ts';

let database: Database & { drop(): Promise<void> };
let clinic: Clinic;
let practice: Clinic;
let server: AuthServer;

beforeAll(async () => {
  [database, clinic, practice] = await Promise.all([
    accountsDatabase(),
    startClinic(),
    startClinic('practice'),
  ]);
  server = await authServer({
    database,
    config: {
      identityProviders: [
        clinic.config({ newPatients: true }),
        practice.config({ label: { de: 'Praxis', en: 'Practice' } }),
      ],
    },
  });
  for (const [id, number] of [
    ['ada', 'S-1001'],
    ['ben', 'S-1002'],
  ] as const) {
    await server.repository.update({
      resourceType: 'Practitioner',
      id,
      active: true,
      identifier: [{ system: STAFF_SYSTEM, value: number }],
    });
  }
  await server.repository.update({
    resourceType: 'ProjectMembership',
    id: 'm-ada',
    project: { reference: 'Project/default' },
    user: { reference: 'User/ada' },
    profile: { reference: 'Practitioner/ada' },
    access: [{ policy: { reference: 'AccessPolicy/clinician' } }],
  } as never);
}, 60_000);
afterAll(async () => {
  await server.close();
  await Promise.all([clinic.end(), practice.end()]);
  await database.drop();
}, 30_000);
beforeEach(() => {
  server.events.length = 0;
});

const ADA = { user: 'f:clinic:ada' };
/** What an app for staff asks for. */
const STAFF = { scope: 'openid user/*.cruds' };
const KIM = { user: 'f:clinic:kim' };

/** Signs in and redeems the code: what the access token says. */
async function tokenBy(
  at: Clinic,
  person: { user: string; level?: string },
  id = 'clinic',
): Promise<Record<string, unknown>> {
  const staff = person.user === ADA.user ? { parameters: STAFF } : {};
  const { answer, browser, request } = await signInAt(server, at, person, { id, ...staff });
  const end = await browser.open(answer.url);
  return decodeJwt((await exchange(server, end, request)).body.access_token);
}

describe('[R-018] TR-03161 O.Auth_4: sign-in with an identity provider', () => {
  test('stands on the login page, and takes staff to the identity that exists', async () => {
    const { answer, browser, login, request } = await signInAt(server, clinic, ADA, {
      parameters: STAFF,
    });
    expect(login.body).toContain('Login of clinic');
    expect(login.body).toContain('Practice');
    const end = await browser.open(answer.url);
    const { status, body } = await exchange(server, end, request);
    expect(status).toBe(200);
    expect(decodeJwt(body.access_token)).toMatchObject({
      profile: 'Practitioner/ada',
      acr: 'urn:diga:acr:2fa',
      amr: ['pwd', 'otp'],
    });
    expect(server.events).toContainEqual(
      expect.objectContaining({
        subtype: '110122',
        outcome: 'success',
        agent: 'Practitioner/ada',
        description: 'Login with the identity provider clinic',
      }),
    );
  });

  test('maps the vocabulary of the provider to our ladder, and refuses what is not mapped', async () => {
    expect(await tokenBy(clinic, { ...ADA, level: 'gold' })).toMatchObject({
      acr: 'urn:diga:acr:2fa-phr',
      amr: ['pwd', 'hwk'],
    });
    const { answer, browser, login } = await signInAt(server, clinic, { ...ADA, level: '1' });
    const refused = await browser.open(answer.url);
    expect(refused.status).toBe(403);
    expect(refused.body).toContain(`href="${new URL(login.url).pathname}"`);
    expect(server.events.at(-1)).toMatchObject({ outcome: 'minor', subtype: '110122' });
  });

  test('demands a new login there where the app demands one here', async () => {
    const { browser, login } = await signInAt(server, clinic, ADA, {
      parameters: { prompt: 'login' },
    });
    const away = await browser.open(`${login.url}/external?idp=clinic`);
    const asked = new URL(away.url).searchParams;
    expect([asked.get('prompt'), asked.get('max_age')]).toEqual(['login', '0']);
    expect(asked.get('code_challenge_method')).toBe('S256');
  });
});

describe('[R-013] A 3.1: one person keeps one FHIR identity', () => {
  test('over the next login, and over the login with another provider once both are connected', async () => {
    const { credentials, end, request } = await register(server);
    const before = decodeJwt((await exchange(server, end, request)).body.access_token);
    for (const [at, id] of [
      [clinic, 'clinic'],
      [practice, 'practice'],
    ] as const) {
      const away = await signInAt(server, at, KIM, { id });
      const unknown = await away.browser.open(away.answer.url);
      expect(unknown.status).toBe(200);
      const login = await away.browser.open(unknown.url, {
        form_token: fieldValue(unknown.body, 'form_token'),
        choice: 'connect',
      });
      server.advance(30);
      const done = await away.browser.open(`${login.url}/login`, {
        form_token: fieldValue(login.body, 'form_token'),
        handle: credentials.handle,
        password: PASSWORD,
        code: totpCode(server, credentials.secret),
      });
      const first = await exchange(server, done, away.request);
      expect(decodeJwt(first.body.access_token)['profile']).toBe(before['profile']);
      const next = await tokenBy(at, KIM, id);
      expect(next['profile']).toBe(before['profile']);
    }
    const rows = await database.query<{ provider: string; text: string }>({
      text: 'SELECT provider, external_subject::text AS text FROM external_subject',
    });
    expect(rows.map(({ provider }) => provider).sort()).toEqual(['clinic', 'clinic', 'practice']);
    expect(rows.some(({ text }) => text.includes('kim'))).toBe(false);
  });

  test('and no number takes an account over that belongs to somebody already', async () => {
    const account = await register(server);
    const [row] = await database.query<{ account_id: string }>({
      text: `SELECT account_id FROM account_identity ORDER BY linked_at DESC LIMIT 1`,
    });
    await database.query({
      text: `UPDATE account_identity SET profile = 'Practitioner/ben' WHERE account_id = $1`,
      values: [row?.account_id],
    });
    await server.repository.update({
      resourceType: 'ProjectMembership',
      id: 'm-ben',
      project: { reference: 'Project/default' },
      user: { reference: 'User/ben' },
      profile: { reference: 'Practitioner/ben' },
    } as never);
    const { answer, browser } = await signInAt(server, clinic, { user: 'f:clinic:ben' });
    const end = await browser.open(answer.url);
    expect(end.status).toBe(200);
    expect(end.url).toMatch(/\/external$/);
    expect(account.credentials.handle).not.toBe('');
  });
});

describe('[R-019] A 3.1: a patient may begin with an identity provider', () => {
  test('only where that is configured, and gets an identity of its own', async () => {
    const person = { user: 'f:clinic:new' };
    const other = await startClinic('clinic', [{ sub: person.user }]);
    const alone = await authServer({
      database,
      config: { identityProviders: [other.config({ newPatients: true })] },
    });
    try {
      const { answer, browser, request } = await signInAt(alone, other, person);
      const page = await browser.open(answer.url);
      const end = await browser.open(page.url, {
        form_token: fieldValue(page.body, 'form_token'),
        choice: 'new',
      });
      const token = decodeJwt((await exchange(alone, end, request)).body.access_token);
      expect(token['profile']).toMatch(/^Patient\//);
      expect(alone.repository.resources.has(String(token['profile']))).toBe(true);
      expect(alone.events).toContainEqual(
        expect.objectContaining({ description: 'Account registered with an identity provider' }),
      );
    } finally {
      await alone.close();
      await other.end();
    }
    const { answer, browser } = await signInAt(
      server,
      practice,
      { user: 'f:clinic:ben' },
      { id: 'practice' },
    );
    const page = await browser.open(answer.url);
    const refused = await browser.open(page.url, {
      form_token: fieldValue(page.body, 'form_token'),
      choice: 'new',
    });
    expect(refused.url).toMatch(/\/auth\/interaction\/[\w-]+$/);
  });
});
