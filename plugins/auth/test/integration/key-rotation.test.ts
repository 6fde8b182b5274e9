import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeProtectedHeader } from 'jose';
import type { Database } from '../../../../src/plugin/sdk.ts';
import { newKeyFile, newSecret } from '../../keys/key-file.ts';
import {
  addSigningKey,
  dropSigningKey,
  keyStates,
  rotateCookieKey,
  rotateEncryptionKey,
} from '../../keys/rotate-keys.ts';
import { accountsDatabase } from '../support/accounts-database.ts';
import { type AuthServer, authServer } from '../support/auth-server.ts';
import { CLIENTS, newPerson, visit } from '../support/judge.ts';
import { authorizationRequest, tokenRequest } from '../support/sign-in.ts';
import type { Browser } from '../support/browser.ts';

const PORTAL = 'http://127.0.0.1:49152/portal';
const ROOT = join(import.meta.dirname, '../../../..');

describe('TR-02102-1: keys change while the server runs', () => {
  let database: Database & { drop(): Promise<void> };
  let folder: string;
  let file: string;
  let server: AuthServer;
  let node: AuthServer;
  let browser: Browser;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'auth-keys-'));
    file = join(folder, 'keys.json');
    await writeFile(file, await newKeyFile());
    database = await accountsDatabase();
    const config = { ...CLIENTS, keysFile: file };
    server = await authServer({ database, config });
    node = await authServer({ database, config, origin: server.origin });
    ({ browser } = await newPerson(server, portal().url));
  }, 60_000);
  afterAll(async () => {
    await node.close();
    await server.close();
    await database.drop();
    await rm(folder, { recursive: true });
  }, 30_000);

  const portal = () => authorizationRequest(server, { client_id: 'portal', redirect_uri: PORTAL });
  const kidOf = (token: string) => decodeProtectedHeader(token).kid;
  const now = () => Math.floor(Date.now() / 1000);
  const published = async (from = server) => {
    const answer = await fetch(`${from.origin}/oauth2/jwks`);
    const { keys } = (await answer.json()) as { keys: { kid: string; d?: string }[] };
    expect(keys.every((key) => key.d === undefined)).toBe(true);
    return keys.map(({ kid }) => kid);
  };
  const change = async (edit: (text: string) => string | Promise<string>) =>
    writeFile(file, await edit(await readFile(file, 'utf8')));
  const until = async (holds: () => Promise<boolean>) => {
    const end = Date.now() + 15_000;
    while (!(await holds())) {
      if (Date.now() > end) throw new TypeError('it did not come');
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  };

  async function begun() {
    const request = portal();
    const callback = await visit(browser, request.url);
    return (at: AuthServer) =>
      tokenRequest(at, {
        grant_type: 'authorization_code',
        client_id: 'portal',
        code: callback.searchParams.get('code') ?? '',
        redirect_uri: PORTAL,
        code_verifier: request.verifier,
      });
  }

  test('a new key is published first, signs later, and a sign-in that was under way goes on', async () => {
    const before = await (await begun())(server);
    const first = kidOf(before.body.access_token);
    const redeem = await begun();
    await change((text) => addSigningKey(text, 'ES384', now() + 3600));
    await until(async () => (await published()).length === 2);
    await until(async () => (await published(node)).length === 2);
    const waiting = await redeem(server);
    expect(kidOf(waiting.body.access_token)).toBe(first);

    const later = await begun();
    await change((text) => text.replace(/"signs_from": \d+/, `"signs_from": ${now() - 1}`));
    await until(async () => (await published())[0] !== first);
    const after = await later(server);
    expect(after.status).toBe(200);
    expect(decodeProtectedHeader(after.body.access_token).alg).toBe('ES384');
    expect(decodeProtectedHeader(after.body.id_token).alg).toBe('ES384');
    await until(async () => (await published(node))[0] !== first);
    for (const at of [server, node]) {
      expect(await at.authenticator.verify(after.body.access_token)).toBeDefined();
      expect(await at.authenticator.verify(before.body.access_token)).toBeDefined();
    }
    expect(
      server.events.some(({ description }) => description.startsWith('Keys have changed')),
    ).toBe(true);
  }, 60_000);

  test('a key that somebody else knows is dropped, and its tokens are refused though they were seen before', async () => {
    const { body } = await (await begun())(server);
    const known = kidOf(body.access_token) ?? '';
    expect(await server.authenticator.verify(body.access_token)).toBeDefined();
    await change((text) => dropSigningKey(text, known));
    await until(async () => !(await published()).includes(known));
    await expect(server.authenticator.verify(body.access_token)).rejects.toMatchObject({
      code: 'AUTH_TOKEN_INVALID',
    });
  }, 30_000);

  test('keys of cookies and of the database change under a session that lives on', async () => {
    await change((text) => rotateEncryptionKey(rotateCookieKey(text)));
    const count = () =>
      server.events.filter(({ description }) => description.startsWith('Keys')).length;
    const seen = count();
    await until(async () => count() > seen);
    expect((await (await begun())(server)).status).toBe(200);
  }, 30_000);

  test('a file that cannot be used, or has another pepper, changes nothing and is told', async () => {
    const good = await readFile(file, 'utf8');
    const alarms = () =>
      server.events.filter(({ outcome, subtype }) => outcome === 'serious' && subtype === '110129')
        .length;
    for (const bad of ['{', good.replace(/"pepper": "[^"]+"/, `"pepper": "${newSecret()}"`)]) {
      const seen = alarms();
      await writeFile(file, bad);
      await until(async () => alarms() > seen);
      expect((await (await begun())(server)).status).toBe(200);
    }
    await writeFile(file, good);
    expect(server.logged.join()).not.toContain(/"pepper": "([^"]+)"/.exec(good)?.[1]);
  }, 60_000);

  test('the command lists, rotates and prunes, and says nothing of the keys themselves', async () => {
    const copy = join(folder, 'copy.json');
    await writeFile(copy, await newKeyFile());
    const run = async (...args: string[]) =>
      (
        await promisify(execFile)('node', ['scripts/node24.mjs', 'scripts/auth-key.ts', ...args], {
          cwd: ROOT,
        })
      ).stdout;
    expect(await run('list', copy)).toMatch(/^\S+ {2}ES256 {2}active\n$/);
    const listed = await run('rotate', copy, '--in', '0', '--alg', 'ES384');
    expect(listed).toMatch(/ES256 {2}retiring\n.*ES384 {2}active/);
    await run('prune', copy);
    const text = await readFile(copy, 'utf8');
    expect(keyStates(text, now() + 3600).map(({ state }) => state)).toEqual(['over', 'active']);
    expect(listed).not.toContain(
      (JSON.parse(text) as { signing: { keys: { d: string }[] } }).signing.keys[0]?.d,
    );
  }, 30_000);
});
