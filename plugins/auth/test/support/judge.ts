import { join } from 'node:path';
import { readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { randomUUID } from 'node:crypto';
import * as client from 'openid-client';
import { startTestServer, type TestServer } from '../../../../test/support/server.ts';
import { Browser, fieldValue } from './browser.ts';
import { EC_KEY } from './client-assertion.ts';
import type { AuthServer } from './auth-server.ts';
import { sendRegistration } from './sign-in.ts';

const PLUGINS = join(import.meta.dirname, '../../..');

export const LOOPBACK = 'http://127.0.0.1:49152/callback';
const inventory = { owner: 'Product team', purpose: 'Test' };
const { d: _private, ...PUBLIC_KEY } = EC_KEY;

/** Clients that the judges are. */
export const CLIENTS = {
  apps: [
    {
      clientId: 'portal',
      type: 'web',
      redirectUris: ['http://127.0.0.1:49152/portal'],
      postLogoutRedirectUris: ['http://127.0.0.1:49152/goodbye'],
      ...inventory,
    },
    {
      clientId: 'bound-app',
      type: 'native',
      redirectUris: ['http://127.0.0.1/bound', 'de.example.bound:/callback'],
      dpop: true,
      par: true,
      ...inventory,
    },
    {
      clientId: 'other-maker',
      type: 'web',
      redirectUris: ['http://127.0.0.1:49152/other'],
      firstParty: false,
      jwks: { keys: [PUBLIC_KEY] },
      ...inventory,
    },
  ],
  serviceAccounts: [
    {
      clientId: 'billing-bot',
      jwks: { keys: [PUBLIC_KEY] },
      profile: 'ClientApplication/sandbox-full',
      scope: 'system/*.cruds',
      ...inventory,
    },
  ],
} as const;

/** The real server with the plugin as its only one. @param http further settings of the listener */
export async function judgedServer(auth: object = {}, http: object = {}): Promise<TestServer> {
  const others = (await readdir(PLUGINS)).filter(
    (name) => /^[a-z-]+$/.test(name) && name !== 'auth',
  );
  const file = join(tmpdir(), `judge-${randomUUID()}.json`);
  const login = { responseFloorMs: 0, registrationsPerHour: 1000 };
  const section = { ...CLIENTS, requestsPerMinute: 100_000, login, ...auth };
  await writeFile(file, JSON.stringify({ http, plugins: { auth: section } }));
  return startTestServer({
    plugins: PLUGINS,
    file,
    settings: others.map((name) => `plugins.${name}.enabled=false`),
  });
}

/** What a browser needs to know of a server. */
export interface Issuer {
  readonly origin: string;
  now(): number;
}

export function issuerOf(server: TestServer): Issuer {
  return { origin: server.url, now: () => Date.now() };
}

/** A person who has registered in a browser; the first authorization request ends where the app is called back. */
export async function newPerson(
  issuer: Issuer,
  authorize: URL | string,
): Promise<{ readonly browser: Browser; readonly callback: URL }> {
  const browser = new Browser(issuer.origin);
  const login = await browser.open(String(authorize));
  if (!login.url.startsWith(issuer.origin)) return { browser, callback: new URL(login.url) };
  const page = await browser.open(`${login.url}/registration`);
  const { sent } = await sendRegistration(issuer as AuthServer, browser, page);
  const end = await browser.open(`${login.url}/continue`, {
    form_token: fieldValue(sent.body, 'form_token'),
  });
  return { browser, callback: new URL(end.url) };
}

/** Where a further authorization request of the same browser ends. */
export async function visit(browser: Browser, authorize: URL | string): Promise<URL> {
  return new URL((await browser.open(String(authorize))).url);
}

/** Configuration of the judge for a client of the server, from what the server says of itself. */
export async function discovered(
  origin: string,
  clientId: string,
  authentication: client.ClientAuth = client.None(),
): Promise<client.Configuration> {
  return client.discovery(new URL(origin), clientId, undefined, authentication, {
    // The judge asks for TLS, which the server of the tests has not: it listens on the loopback address.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    execute: [client.allowInsecureRequests],
  });
}
