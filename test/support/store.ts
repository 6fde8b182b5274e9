import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AccessPolicy } from '@medplum/fhirtypes';
import pg from 'pg';
import { pino } from 'pino';
import { compilePolicy } from '../../src/access/compile.ts';
import { openLedger } from '../../src/audit/ledger.ts';
import { systemClock } from '../../src/clock.ts';
import { loadDefinitions } from '../../src/definitions/load.ts';
import { createValidator } from '../../src/fhir/validation/validator.ts';
import { declaredPrincipal } from '../../src/identity/principals.ts';
import { createIndexExtractor } from '../../src/search/extract/extractor.ts';
import type { AccessContext } from '../../src/storage/access-context.ts';
import { type ClinicalStore, openClinicalStore } from '../../src/storage/clinical-store.ts';
import { openPostgres } from '../../src/storage/postgres.ts';
import { migrate } from '../../src/storage/migrate.ts';
import { createTestDatabases } from './test-databases.ts';

/** A clinical store on a database of its own, without a server around it. */
export interface TestStore {
  readonly store: ClinicalStore;
  /** Somebody who may do everything. */
  readonly everything: AccessContext;
  /** Somebody with the entries of an AccessPolicy. */
  as(reference: string, resource: AccessPolicy['resource']): AccessContext;
  close(): Promise<void>;
}

/** Opens the store; `close` drops the database. */
export async function openTestStore(): Promise<TestStore> {
  const log = pino({ level: 'silent' });
  const databases = await createTestDatabases();
  const { url, ownerUrl } = databases.urls.clinical;
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  const directory = join(import.meta.dirname, '../../src/storage/migrations/clinical');
  await migrate({
    connection: owner,
    directory,
    area: 'clinical',
    runtimeRole: new URL(url).username,
  });
  await owner.end();
  const pool = openPostgres({
    name: 'clinical',
    url,
    connections: 5,
    // Dropping the database ends its idle connections.
    onIdleError: () => undefined,
  });
  const definitions = await loadDefinitions({
    cacheDirectory: join(tmpdir(), 'diga-test-definitions'),
    log,
  });
  const store = await openClinicalStore({
    database: pool,
    ledger: openLedger(pool),
    clock: systemClock,
    definitions,
    validate: createValidator(definitions),
    extractor: createIndexExtractor(definitions),
    auditSource: { observer: 'Device/diga-server', address: 'http://localhost/fhir' },
  });
  const as: TestStore['as'] = (reference, resource) => {
    const policy = { resourceType: 'AccessPolicy', id: 'test', resource } as AccessPolicy;
    return {
      principal: declaredPrincipal(
        reference,
        'test',
        compilePolicy(definitions, [policy], { profile: reference }),
      ),
      requestId: 'test',
    };
  };
  return {
    store,
    everything: as('ClientApplication/test', [{ resourceType: '*' }]),
    as,
    async close() {
      await pool.close();
      await databases.drop();
    },
  };
}
