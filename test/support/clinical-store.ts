import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { pino } from 'pino';
import type { CompiledPolicy, PolicyInteraction } from '../../src/access/policy.ts';
import type { Principal } from '../../src/access/principal.ts';
import { openLedger } from '../../src/audit/ledger.ts';
import { loadDefinitions } from '../../src/definitions/load.ts';
import type { Definitions } from '../../src/definitions/model.ts';
import type { SearchExpression, SearchRequest } from '../../src/search/expression.ts';
import type { IndexExtractor } from '../../src/search/index-values.ts';
import type { AccessContext } from '../../src/storage/access-context.ts';
import { type ClinicalStore, openClinicalStore } from '../../src/storage/clinical-store.ts';
import { openPostgres } from '../../src/storage/postgres.ts';
import { searchResources } from '../../src/storage/repository/searching/search.ts';
import { createTestDatabases, type TestDatabases } from './test-databases.ts';
import { migrate } from '../../src/storage/migrate.ts';

/** A clinical store without a server around it, on a database of its own. */
export interface StandaloneStore {
  readonly store: ClinicalStore;
  /** Instant that the next write bears, in milliseconds since 1970. */
  now: number;
  /** Empties it. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a store with the definitions and the extractor of the test. */
export async function standaloneStore(
  definitions: Definitions,
  extractor: IndexExtractor,
): Promise<StandaloneStore> {
  const databases = await createTestDatabases();
  const owner = await migrated(databases);
  const database = openPostgres({
    name: 'clinical',
    url: databases.urls.clinical.url,
    connections: 4,
    onIdleError: () => undefined,
  });
  const self: { now: number } = { now: 0 };
  const store = await openClinicalStore({
    database,
    ledger: openLedger(database),
    clock: { now: () => self.now },
    definitions,
    validate: () => undefined,
    extractor,
    auditSource: { observer: 'Device/test', address: 'http://test.example/fhir' },
  });
  return Object.assign(self, {
    store,
    async clear() {
      const tables = [
        'resource',
        'resource_version',
        'resource_range',
        'resource_string',
        'former_compartment',
      ];
      await owner.query(`truncate ${tables.join(', ')}`);
    },
    async close() {
      await owner.end();
      await database.close();
      await databases.drop();
    },
  });
}

async function migrated({ urls }: TestDatabases): Promise<pg.Client> {
  const owner = new pg.Client({ connectionString: urls.clinical.ownerUrl });
  await owner.connect();
  const directory = join(import.meta.dirname, '../../src/storage/migrations/clinical');
  const runtimeRole = new URL(urls.clinical.url).username;
  await migrate({ connection: owner, directory, area: 'clinical', runtimeRole });
  return owner;
}

/** The definitions of R4, compacted once for all tests. */
export async function realDefinitions(): Promise<Definitions> {
  const cacheDirectory = join(import.meta.dirname, '../../node_modules/.cache/diga-server-test');
  await mkdir(cacheDirectory, { recursive: true });
  return loadDefinitions({ cacheDirectory, log: pino({ level: 'silent' }) });
}

/** Somebody to whom a policy shows exactly what an expression says, and who may write everything. */
export function principalSeeing(where: SearchExpression): AccessContext {
  const reading = new Set<PolicyInteraction>(['read', 'search', 'vread', 'history']);
  const all: PolicyInteraction[] = ['create', 'update', 'delete'];
  const policy: CompiledPolicy = {
    rules: (_type, interaction) =>
      reading.has(interaction)
        ? [{ id: 'test#0', interactions: reading, where }]
        : [{ id: 'test#1', interactions: new Set(all), where: { kind: 'all' } }],
    where: (_type, interaction) => (reading.has(interaction) ? where : { kind: 'all' }),
    aggregates: () => [],
    operation: () => undefined,
  };
  const principal: Principal = {
    reference: 'Practitioner/test',
    roles: ['test'],
    policy,
    purpose: 'TREAT',
    plansIds: true,
  };
  return { principal, requestId: 'test' };
}

/** Follows a search through all its pages; gives the ids in their order and the total of the first page. */
export async function allPages(
  store: ClinicalStore,
  context: AccessContext,
  request: SearchRequest,
): Promise<{ readonly ids: readonly string[]; readonly total: number | undefined }> {
  const ids: string[] = [];
  const first = await searchResources(store, context, request);
  for (let page = first; ; ) {
    ids.push(...page.entries.map(({ id }) => id));
    if (page.next === undefined) break;
    page = await searchResources(store, context, { ...request, cursor: page.next });
  }
  return { ids, total: first.total };
}
