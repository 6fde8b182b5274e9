import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { newKeyFile } from '../../keys/key-file.ts';
import { accountsDatabase } from '../support/accounts-database.ts';
import { authServer } from '../support/auth-server.ts';
import { fieldValue } from '../support/browser.ts';
import { Browser } from '../support/browser.ts';
import { memoryRepository } from '../support/memory-repository.ts';
import {
  authorizationRequest,
  exchange,
  logIn,
  PASSWORD,
  register,
  tokenRequest,
  totpCode,
} from '../support/sign-in.ts';

jest.setTimeout(60_000);

describe('Restart, crash and production', () => {
  let database: Awaited<ReturnType<typeof accountsDatabase>>;
  let dataDirectory: string;

  beforeEach(async () => {
    database = await accountsDatabase();
    dataDirectory = await mkdtemp(join(tmpdir(), 'auth-test-'));
  });
  afterEach(async () => {
    await database.drop();
    await rm(dataDirectory, { recursive: true });
  });

  test('tokens, refresh tokens, half-finished sign-ins and revocations outlive a restart', async () => {
    const repository = memoryRepository();
    const before = await authServer({ database, dataDirectory, repository });
    const { end, request, credentials } = await register(before);
    const tokens = (await exchange(before, end, request)).body;
    const other = await register(before);
    const revoked = (await exchange(before, other.end, other.request)).body;
    const headers = { authorization: `Bearer ${revoked.access_token}` };
    await fetch(`${before.origin}/oauth2/logout`, { method: 'POST', headers });
    const browser = new Browser(before.origin);
    const pending = authorizationRequest(before);
    const login = await browser.open(pending.url);
    await before.close();

    const after = await authServer({
      database,
      dataDirectory,
      repository,
      port: Number(new URL(before.origin).port),
    });
    try {
      expect(await after.authenticator.verify(tokens.access_token)).toMatchObject({
        clientId: 'diga-app',
      });
      await expect(after.authenticator.verify(revoked.access_token)).rejects.toMatchObject({
        code: 'AUTH_TOKEN_INVALID',
      });
      const refreshed = await tokenRequest(after, {
        grant_type: 'refresh_token',
        client_id: 'diga-app',
        refresh_token: tokens.refresh_token,
      });
      expect(refreshed.status).toBe(200);
      after.advance(60);
      const finished = await browser.open(`${login.url}/login`, {
        form_token: fieldValue(login.body, 'form_token'),
        handle: credentials.handle,
        password: PASSWORD,
        code: totpCode(after, credentials.secret),
      });
      expect((await exchange(after, finished, pending)).status).toBe(200);
    } finally {
      await after.close();
    }
  });

  test('a crash between account and FHIR identity is repaired at the next start, and the person can log in', async () => {
    const repository = memoryRepository();
    const before = await authServer({ database, dataDirectory, repository });
    repository.failing = 'ProjectMembership';
    const { credentials, end } = await register(before);
    expect(end.status).toBe(500);
    const states = async () =>
      (await database.query<{ state: string }>({ text: 'SELECT state FROM account' })).map(
        ({ state }) => state,
      );
    expect(await states()).toEqual(['PENDING']);
    await before.close();
    repository.failing = undefined;
    await database.query({
      text: `UPDATE account SET created_at = created_at - interval '1 hour'`,
    });

    const after = await authServer({ database, dataDirectory, repository });
    try {
      expect(await states()).toEqual(['ACTIVE']);
      const memberships = [...repository.resources.keys()].filter((key) =>
        /^ProjectMembership\/(?!sandbox)/.test(key),
      );
      expect(memberships).toHaveLength(1);
      after.advance(60);
      const typed = {
        handle: credentials.handle,
        password: PASSWORD,
        code: totpCode(after, credentials.secret),
      };
      expect((await logIn(after, typed)).end.status).toBe(303);
    } finally {
      await after.close();
    }
  });

  test('the form sent again after a failure finishes the same account', async () => {
    const repository = memoryRepository();
    const server = await authServer({ database, dataDirectory, repository });
    try {
      repository.failing = 'ProjectMembership';
      const { browser, page, credentials } = await register(server);
      repository.failing = undefined;
      const sent = await browser.open(page.url, {
        form_token: fieldValue(page.body, 'form_token'),
        kept: 'yes',
        password: PASSWORD,
        code: totpCode(server, credentials.secret),
      });
      const end = await browser.open(page.url.replace(/\/registration$/, '/continue'), {
        form_token: fieldValue(sent.body, 'form_token'),
      });
      expect(end.url).toContain('?code=');
      expect(await database.query({ text: 'SELECT state FROM account' })).toEqual([
        { state: 'ACTIVE' },
      ]);
    } finally {
      await server.close();
    }
  });

  test('production does not make up keys', async () => {
    await expect(authServer({ database, dataDirectory, mode: 'production' })).rejects.toMatchObject(
      {
        code: 'AUTH_KEYS_MISSING',
      },
    );
  });

  test('production refuses a key file with a missing or weak part and names the place, not the value', async () => {
    const keysFile = join(dataDirectory, 'production-keys.json');
    const keys = JSON.parse(await newKeyFile()) as Record<string, unknown>;
    await writeFile(keysFile, JSON.stringify({ ...keys, pepper: 'tooshort' }));
    const start = authServer({ database, dataDirectory, mode: 'production', config: { keysFile } });
    await expect(start).rejects.toMatchObject({ code: 'AUTH_KEYS_INVALID' });
    await expect(start).rejects.toThrow(/look at pepper/);
    await expect(start).rejects.not.toThrow(/tooshort/);
  });

  test('production refuses a database with sandbox identities, and tokens of the sandbox', async () => {
    const sandbox = await authServer({ database, dataDirectory });
    const { port } = new URL(sandbox.origin);
    const key = JSON.parse(
      await readFile(join(dataDirectory, 'sandbox-full.jwk.json'), 'utf8'),
    ) as object;
    const { requestToken } = await import('../../clients/request-token.ts');
    const token = await requestToken(sandbox.origin, 'sandbox-full', key, {
      now: () => Date.now(),
    });
    await sandbox.close();
    const production = {
      mode: 'production',
      dataDirectory,
      config: { keysFile: join(dataDirectory, 'keys.json') },
    } as const;
    await expect(authServer({ database, ...production })).rejects.toMatchObject({
      code: 'AUTH_SANDBOX_IDENTITIES',
    });

    const fresh = await accountsDatabase();
    try {
      const server = await authServer({ database: fresh, ...production, port: Number(port) });
      try {
        await expect(server.authenticator.verify(token)).rejects.toMatchObject({
          code: 'AUTH_TOKEN_INVALID',
        });
        // The pages of the account are there; of the sandbox, nothing is.
        expect(await fresh.query({ text: 'SELECT client_id FROM oauth_client' })).toEqual([
          { client_id: 'account-pages' },
        ]);
        expect(server.repository.resources.size).toBe(0);
      } finally {
        await server.close();
      }
    } finally {
      await fresh.drop();
    }
  });

  test('clients with weak keys, or two of one name, stop the start', async () => {
    const { generateKeyPairSync } = await import('node:crypto');
    const weak = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({
      format: 'jwk',
    });
    const inventory = { scope: 'system/*.rs', owner: 'x', purpose: 'y' };
    const account = { clientId: 'weak-service', profile: 'Bot/x', ...inventory };
    const start = authServer({
      database,
      dataDirectory,
      config: { serviceAccounts: [{ ...account, jwks: { keys: [weak] } }] },
    });
    await expect(start).rejects.toMatchObject({ code: 'AUTH_CLIENT_INVALID' });
    await expect(start).rejects.toThrow(/3000 bits/);
  });
});
