import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MedplumClient, type MedplumClientOptions } from '@medplum/core';
import type { JWK } from 'jose';
import pg from 'pg';
import { requestToken } from '../../../plugins/auth/clients/request-token.ts';
import {
  type SandboxRole,
  sandboxClientId,
  sandboxKeyFile,
} from '../../../plugins/auth/clients/sandbox-clients.ts';
import type { AuthServer } from '../../../plugins/auth/test/support/auth-server.ts';
import { Browser, fieldValue } from '../../../plugins/auth/test/support/browser.ts';
import {
  type Credentials,
  PASSWORD,
  register,
  totpCode,
} from '../../../plugins/auth/test/support/sign-in.ts';
import { type FhirClient, fhirClient } from '../../support/fhir-client.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

/** Folder of the product's own plugins. */
const PLUGINS = join(import.meta.dirname, '../../../plugins');

/** Plugins that the contract of Medplum needs; the others are switched off. */
const NEEDED: readonly string[] = ['auth', 'medplum'];

/** The product with its real authentication, as MedplumClient meets it. */
export interface Product extends TestServer {
  /** A client of MedplumClient's that keeps nothing on this machine. */
  medplum(options?: MedplumClientOptions): MedplumClient;
  /** A service account of the sandbox. */
  sandbox(role: SandboxRole): Promise<FhirClient>;
  sandboxToken(role: SandboxRole): Promise<string>;
  /** Registers a person by the pages; the code of their authenticator app is the one of a moment that was not used yet. */
  person(): Promise<Person>;
  /** Sets an account up by the link of an invitation. */
  accept(link: string): Promise<Person>;
  /** Clock of the server. */
  now(): number;
  /** Owner of the accounts database. */
  readonly accounts: pg.Client;
}

/** Somebody with an account. */
export interface Person extends Credentials {
  readonly accountId: string;
  readonly profile: string;
  /** One-time code that was not used before. */
  code(): string;
}

/**
 * @param settings in the notation of `--set`
 * @param file configuration file, for what that notation cannot say
 */
export async function startProduct(
  settings: readonly string[] = [],
  file?: string,
): Promise<Product> {
  let ahead = 0;
  const others = (await readdir(PLUGINS)).filter(
    (name) => /^[a-z-]+$/.test(name) && !NEEDED.includes(name),
  );
  const server = await startTestServer({
    plugins: PLUGINS,
    ...(file === undefined ? {} : { file }),
    clock: { now: () => Date.now() + ahead },
    settings: [
      ...others.map((name) => `plugins.${name}.enabled=false`),
      'plugins.auth.requestsPerMinute=100000',
      'plugins.auth.login.responseFloorMs=0',
      'plugins.auth.login.registrationsPerHour=1000',
      ...settings,
    ],
  });
  const accounts = new pg.Client({
    connectionString: server.databases.urls.accounts.ownerUrl,
  });
  await accounts.connect();
  const now = (): number => Date.now() + ahead;
  const sandboxToken = async (role: SandboxRole): Promise<string> => {
    const folder = join(server.config.dataDirectory, 'plugins/auth');
    const key = JSON.parse(await readFile(join(folder, sandboxKeyFile(role)), 'utf8')) as JWK;
    return requestToken(server.url, sandboxClientId(role), key, { now: () => Date.now() });
  };
  const personOf = async (known: readonly string[], credentials: Credentials): Promise<Person> => {
    const [accountId] = (await ids(accounts)).filter((id) => !known.includes(id));
    if (accountId === undefined) throw new TypeError('No account was made');
    const { rows } = await accounts.query<{ profile: string }>(
      'select profile from account_identity where account_id = $1',
      [accountId],
    );
    return {
      ...credentials,
      accountId,
      profile: String(rows[0]?.profile),
      code() {
        // A code is taken once: the clock of the server goes on by one step.
        ahead += 30_000;
        return totpCode({ now } as AuthServer, credentials.secret);
      },
    };
  };
  return {
    ...server,
    accounts,
    now,
    medplum: (options = {}) =>
      new MedplumClient({
        baseUrl: `${server.url}/`,
        fetch,
        cacheTime: 0,
        maxRetries: 0,
        ...options,
      }),
    sandboxToken,
    sandbox: async (role) => fhirClient(`${server.url}/fhir`, await sandboxToken(role)),
    async person() {
      const known = await ids(accounts);
      const { credentials } = await register({ origin: server.url, now } as AuthServer);
      return personOf(known, credentials);
    },
    async accept(link) {
      const known = await ids(accounts);
      const browser = new Browser(server.url);
      const page = await browser.open(link);
      const credentials = {
        handle: fieldValue(page.body, 'handle'),
        secret: (/<code>([A-Z2-7 ]+)<\/code>/.exec(page.body)?.[1] ?? '').replaceAll(' ', ''),
      };
      const end = await browser.open(page.url, {
        form_token: fieldValue(page.body, 'form_token'),
        handle: credentials.handle,
        kept: 'yes',
        password: PASSWORD,
        code: totpCode({ now } as AuthServer, credentials.secret),
      });
      if (end.status !== 200) throw new TypeError(`${String(end.status)} ${end.body}`);
      return personOf(known, credentials);
    },
    async close() {
      await accounts.end();
      await server.close();
    },
  };
}

async function ids(accounts: pg.Client): Promise<readonly string[]> {
  const { rows } = await accounts.query<{ id: string }>('select id from account');
  return rows.map(({ id }) => id);
}
