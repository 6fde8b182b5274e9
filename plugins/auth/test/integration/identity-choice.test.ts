import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { decodeJwt } from 'jose';
import type { Database } from '../../../../src/plugin/sdk.ts';
import { accountsDatabase } from '../support/accounts-database.ts';
import { type AuthServer, authServer } from '../support/auth-server.ts';
import { Browser, fieldValue, type Visited } from '../support/browser.ts';
import { addIdentity } from '../support/identities.ts';
import {
  authorizationRequest,
  exchange,
  logIn,
  PASSWORD,
  register,
  tokenRequest,
  totpCode,
} from '../support/sign-in.ts';

let database: Database & { drop(): Promise<void> };
let server: AuthServer;

beforeAll(async () => {
  database = await accountsDatabase();
  server = await authServer({ database });
}, 60_000);
afterAll(async () => {
  await server.close();
  await database.drop();
}, 30_000);
beforeEach(() => {
  server.events.length = 0;
});

const SCOPE = { scope: 'openid fhirUser offline_access user/*.cruds' };

/** An account that acts in two roles of one practitioner. */
async function twoRoles(): Promise<{
  readonly handle: string;
  readonly secret: string;
  readonly roles: readonly { readonly profile: string; readonly membershipId: string }[];
}> {
  const { credentials, end, request } = await register(server);
  const own = String(
    decodeJwt((await exchange(server, end, request)).body.access_token)['profile'],
  );
  const id = own.slice('Patient/'.length);
  const roles = [];
  for (const [profile, policy] of [
    [`PractitionerRole/${id}-1`, 'clinician'],
    [`PractitionerRole/${id}-2`, 'support'],
  ] as const)
    roles.push({
      profile,
      membershipId: await addIdentity(server, database, own, { profile, policy }),
    });
  await database.query({ text: 'DELETE FROM account_identity WHERE profile = $1', values: [own] });
  return { ...credentials, roles };
}

async function signIn(account: { handle: string; secret: string }): Promise<{
  readonly browser: Browser;
  readonly request: ReturnType<typeof authorizationRequest>;
  readonly page: Visited;
}> {
  server.advance(30);
  const browser = new Browser(server.origin);
  const request = authorizationRequest(server, SCOPE);
  const code = totpCode(server, account.secret);
  const { end } = await logIn(
    server,
    { handle: account.handle, password: PASSWORD, code },
    browser,
    request,
  );
  return { browser, request, page: end };
}

describe('[R-020] A 3.1: one of several roles is chosen when the token is made', () => {
  test('each token is of the role that was chosen, and says nothing of the other', async () => {
    const account = await twoRoles();
    for (const { membershipId, profile } of account.roles) {
      const { browser, page, request } = await signIn(account);
      expect(page.status).toBe(200);
      expect(page.body).toContain('In which role?');
      expect(page.body).toContain(`Ward of ${profile}`);
      const end = await browser.open(`${page.url}/identity`, {
        form_token: fieldValue(page.body, 'form_token'),
        identity: membershipId,
      });
      const { body } = await exchange(server, end, request);
      expect(decodeJwt(body.access_token)['profile']).toBe(profile);
      expect(String(decodeJwt(body.id_token)['fhirUser'])).toMatch(new RegExp(`/${profile}$`));
      const again = await tokenRequest(server, {
        grant_type: 'refresh_token',
        client_id: 'diga-app',
        refresh_token: body.refresh_token,
      });
      expect(decodeJwt(again.body.access_token)['profile']).toBe(profile);
    }
  });

  test('nothing that the account does not have can be chosen', async () => {
    const [account, foreign] = [await twoRoles(), await twoRoles()];
    const { browser, page } = await signIn(account);
    const form = { form_token: fieldValue(page.body, 'form_token') };
    for (const identity of [foreign.roles[0]?.membershipId ?? '', '', "' OR 1=1"]) {
      const again = await browser.open(`${page.url}/identity`, { ...form, identity });
      expect(again.status).toBe(422);
      expect(again.body).toContain('Please choose one of the roles');
    }
    const other = await browser.open(`${page.url}/identity`, {
      identity: 'x',
      form_token: 'forged',
    });
    expect(other.status).toBe(403);
  });

  test('a role whose membership has ended is not offered any more', async () => {
    const account = await twoRoles();
    const [first, second] = account.roles;
    const key = `ProjectMembership/${first?.membershipId}`;
    const membership = server.repository.resources.get(key);
    await server.repository.update({ ...membership, active: false } as never);
    const { page, request } = await signIn(account);
    const { body } = await exchange(server, page, request);
    expect(decodeJwt(body.access_token)['profile']).toBe(second?.profile);
  });
});

describe('[R-149] A 8.4: a subject that is bound to no FHIR identity', () => {
  test('gets no code and no token, and the ledger says so', async () => {
    const account = await twoRoles();
    await database.query({
      text: 'DELETE FROM account_identity WHERE profile = ANY ($1)',
      values: [account.roles.map(({ profile }) => profile)],
    });
    const reads: string[] = [];
    const { read } = server.repository;
    server.repository.read = async (type, id) => {
      reads.push(`${type}/${id}`);
      return read(type, id);
    };
    const { page } = await signIn(account);
    server.repository.read = read;
    const answer = new URL(page.url).searchParams;
    expect([answer.get('error'), answer.get('code')]).toEqual(['access_denied', null]);
    expect(reads).toEqual([]);
    expect(server.events).toContainEqual(
      expect.objectContaining({
        type: '110114',
        outcome: 'serious',
        description: 'Sign-in refused: the account has no FHIR identity',
      }),
    );
  });
});

describe('[R-017] IT-Grundschutz ORP.4.A10: an identity that administers', () => {
  test('is not reached with a one-time code, since it can be passed on to an attacker', async () => {
    const { credentials, end, request } = await register(server);
    const own = String(
      decodeJwt((await exchange(server, end, request)).body.access_token)['profile'],
    );
    await addIdentity(server, database, own, {
      profile: `Practitioner/${own.slice(8)}`,
      policy: 'admin',
    });
    await database.query({
      text: 'DELETE FROM account_identity WHERE profile = $1',
      values: [own],
    });
    const { page } = await signIn(credentials);
    expect(page.status).toBe(200);
    expect(page.url).toMatch(/\/auth\/interaction\/[\w-]+$/);
    const [row] = await database.query<{ class: string }>({
      text: 'SELECT class FROM account_identity WHERE profile = $1',
      values: [`Practitioner/${own.slice(8)}`],
    });
    expect(row?.class).toBe('admin');
  });
});
