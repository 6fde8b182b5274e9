import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import type { TestServer } from '../../../../test/support/server.ts';
import { type Issuer, issuerOf, judgedServer, newPerson, visit } from '../support/judge.ts';
import type { Browser } from '../support/browser.ts';
import { type AuthServer, authServer } from '../support/auth-server.ts';
import { accountsDatabase } from '../support/accounts-database.ts';
import { CLIENTS } from '../support/judge.ts';
import { authorizationRequest, tokenRequest } from '../support/sign-in.ts';

const PORTAL = 'http://127.0.0.1:49152/portal';
const portal = (issuer: Issuer) =>
  authorizationRequest(issuer as AuthServer, { client_id: 'portal', redirect_uri: PORTAL });

async function begun(issuer: Issuer, browser: Browser): Promise<Record<string, string>> {
  const request = portal(issuer);
  const callback = await visit(browser, request.url);
  return {
    grant_type: 'authorization_code',
    client_id: 'portal',
    code: callback.searchParams.get('code') ?? '',
    redirect_uri: PORTAL,
    code_verifier: request.verifier,
  };
}
const asks = (issuer: Issuer, form: Record<string, string>) =>
  tokenRequest(issuer as AuthServer, form);
const renewal = (refresh_token: string) => ({
  grant_type: 'refresh_token',
  client_id: 'portal',
  refresh_token,
});

describe('IT-Grundschutz APP.4.3: the accounts database goes away while tokens are issued', () => {
  let server: TestServer;
  let issuer: Issuer;
  let browser: Browser;
  let superuser: pg.Client;

  beforeAll(async () => {
    server = await judgedServer();
    issuer = issuerOf(server);
    ({ browser } = await newPerson(issuer, portal(issuer).url));
    superuser = new pg.Client({ connectionString: server.databases.superuserUrl });
    await superuser.connect();
  }, 60_000);
  afterAll(async () => {
    await superuser.end();
    await server.close();
  }, 30_000);

  const accounts = () => new URL(server.databases.urls.accounts.url).pathname.slice(1);
  const away = async () => {
    await superuser.query(`ALTER DATABASE ${accounts()} ALLOW_CONNECTIONS false`);
    await superuser.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1',
      [accounts()],
    );
  };
  const back = () => superuser.query(`ALTER DATABASE ${accounts()} ALLOW_CONNECTIONS true`);

  test('the client is told 503, and its code and its refresh token are still good afterwards', async () => {
    const form = await begun(issuer, browser);
    const first = await asks(issuer, await begun(issuer, browser));
    expect(first.status).toBe(200);
    await away();
    try {
      for (const lost of [form, renewal(first.body.refresh_token)]) {
        const { status, body } = await asks(issuer, lost);
        expect({ status, error: body['error'] }).toEqual({
          status: 503,
          error: 'temporarily_unavailable',
        });
      }
    } finally {
      await back();
    }
    expect((await asks(issuer, form)).status).toBe(200);
  }, 60_000);
});

describe('O.Auth_19: a token is handed out with its record, or nothing has happened', () => {
  test('where the ledger is down, the code and the refresh token stay good', async () => {
    const database = await accountsDatabase();
    const server = await authServer({ database, config: CLIENTS });
    try {
      const { browser } = await newPerson(server, portal(server).url);
      const form = await begun(server, browser);
      server.failAudit = true;
      expect((await asks(server, form)).status).toBe(503);
      expect((await asks(server, form)).status).toBe(503);
      server.failAudit = false;
      const { status, body } = await asks(server, form);
      expect(status).toBe(200);
      // What is refused stays refused: a code used twice takes back what it gave, in the same transaction.
      expect((await asks(server, form)).body['error']).toBe('invalid_grant');
      expect((await asks(server, renewal(body.refresh_token))).body['error']).toBe('invalid_grant');
    } finally {
      await server.close();
      await database.drop();
    }
  }, 60_000);
});
