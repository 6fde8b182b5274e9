import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import { type Clock, systemClock } from '../../src/clock.ts';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { startServer } from '../../src/server.ts';
import { type FhirClient, fhirClient } from './fhir-client.ts';
import { type Role, tokenFor, tokenOf } from './identities.ts';
import { createTestDatabases, type TestDatabases } from './test-databases.ts';

/** How a test server differs from the usual one. */
export interface TestServerOptions {
  /** Folder of the plugins; `test/support/plugins` unless told. */
  readonly plugins?: string;
  /** Folder of the bots; an empty one unless told. */
  readonly bots?: string;
  readonly clock?: Clock;
  /** Settings in the notation of `--set`, such as `http.maxBodyBytes=2048`. */
  readonly settings?: readonly string[];
  /** Configuration file, whose settings win over the usual ones; for what `--set` cannot say. */
  readonly file?: string;
  /** True: a plugin listens inside the transactions of writes. */
  readonly precommitHooks?: boolean;
  /** Databases that outlive the server; the test drops them. */
  readonly databases?: TestDatabases;
}

/** A row of the audit ledger. */
export interface LedgerRow {
  readonly seq: string;
  readonly interaction: string;
  readonly outcome: number;
  readonly agent: string | null;
  readonly rule: string | null;
  readonly type: string | null;
  readonly resource_id: string | null;
  readonly version: number | null;
  readonly patient: string | null;
  readonly query: string | null;
  readonly request_id: string;
  readonly detail: string | null;
}

/** A running server with databases of its own. */
export interface TestServer {
  /** Origin, without a trailing slash. */
  readonly url: string;
  readonly config: Config;
  readonly databases: TestDatabases;
  /** What the server logged. */
  readonly log: readonly Record<string, unknown>[];
  /** Superuser in the clinical database: looks at what the API does not show, and breaks things on purpose. */
  readonly sql: pg.Client;
  as(role: Role): FhirClient;
  asProfile(profile: string, scope?: string, acr?: string): FhirClient;
  /** Without a token. */
  anonymous(): FhirClient;
  /** Rows of the ledger in the order of writing, after the given one. */
  audit(after?: string): Promise<readonly LedgerRow[]>;
  /** Number of the newest row. */
  auditHead(): Promise<string>;
  close(): Promise<void>;
}

/** Folder of the plugin that knows the test tokens. */
export const TEST_PLUGINS = join(import.meta.dirname, 'plugins');

/** All test servers share the compacted FHIR definitions: compacting them anew takes seconds each time. */
export const DEFINITIONS_CACHE = join(
  import.meta.dirname,
  '../../node_modules/.cache/diga-server-test',
);

/** Starts the real server, `src/server.ts`, on a free port. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const databases = options.databases ?? (await createTestDatabases());
  const directory = await mkdtemp(join(tmpdir(), 'diga-server-'));
  await mkdir(join(directory, 'bots'));
  await mkdir(DEFINITIONS_CACHE, { recursive: true });
  await symlink(DEFINITIONS_CACHE, join(directory, 'cache'));
  const log: Record<string, unknown>[] = [];
  const config = await testConfig(
    databases,
    directory,
    [
      ...(options.plugins === undefined && options.precommitHooks !== true
        ? ['plugins.test-hook.enabled=false']
        : []),
      ...(options.settings ?? []),
    ],
    options.file,
  );
  const server = await startServer({
    config,
    log: pino(
      { level: 'info' },
      { write: (line: string) => void log.push(JSON.parse(line) as Record<string, unknown>) },
    ),
    clock: options.clock ?? systemClock,
    version: '0.0.0-test',
    pluginDirectory: options.plugins ?? TEST_PLUGINS,
    botDirectory: options.bots ?? join(directory, 'bots'),
  });
  const sql = new pg.Client({ connectionString: databases.superuserUrl });
  sql.on('error', () => undefined);
  await sql.connect();
  const base = `${server.url}/fhir`;
  return {
    url: server.url,
    config,
    databases,
    log,
    sql,
    as: (role) => fhirClient(base, tokenOf(role)),
    asProfile: (profile, scope, acr) => fhirClient(base, tokenFor(profile, scope, acr)),
    anonymous: () => fhirClient(base),
    async audit(after = '0') {
      const { rows } = await sql.query<LedgerRow>(
        'select * from audit_event where seq > $1 order by seq',
        [after],
      );
      return rows;
    },
    async auditHead() {
      const { rows } = await sql.query<{ head: string }>(
        'select coalesce(max(seq), 0)::text as head from audit_event',
      );
      return rows[0]?.head ?? '0';
    },
    async close() {
      await sql.end();
      await server.close();
      if (options.databases === undefined) await databases.drop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** The configuration of a test server. */
export async function testConfig(
  databases: TestDatabases,
  directory: string,
  settings: readonly string[] = [],
  file?: string,
): Promise<Config> {
  // Options win over files, so what a file says is left out of them.
  const given = file === undefined ? '' : await readFile(file, 'utf8');
  const port = await freePort();
  const urls = Object.entries(databases.urls).flatMap(([area, { url, ownerUrl }]) => [
    `databases.${area}.url=${url}`,
    `databases.${area}.ownerUrl=${ownerUrl}`,
  ]);
  const all = [
    `dataDirectory=${directory}`,
    ...(given.includes('"origin"')
      ? []
      : [`http.port=${String(port)}`, `http.origin=http://127.0.0.1:${String(port)}`]),
    // Fixtures refer to much that is not there; the tests of references switch the check on.
    'fhir.referentialIntegrity=false',
    ...urls,
    ...settings,
  ];
  return loadConfig({
    argv: [
      ...(file === undefined ? [] : ['--config', file]),
      ...all.flatMap((setting) => ['--set', setting]),
    ],
    env: {},
    cwd: directory,
    readFile: (path) => (path === file ? given : undefined),
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
