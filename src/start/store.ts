import { join } from 'node:path';
import type { Logger } from 'pino';
import { type AuditLedger, openLedger } from '../audit/ledger.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import { createLibrary } from '../conformance/library.ts';
import type { Definitions } from '../definitions/model.ts';
import { createValidator } from '../fhir/validation/validator.ts';
import { createInvariants } from '../fhirpath/invariants.ts';
import { SERVER_REFERENCE } from '../identity/host.ts';
import { createIndexExtractor } from '../search/extract/extractor.ts';
import { type ClinicalStore, openClinicalStore } from '../storage/clinical-store.ts';
import type { Database } from '../storage/database.ts';
import { searchCodes } from '../terminology/search-codes.ts';

/** What the store is opened with. */
export interface StoreOptions {
  readonly config: Config;
  readonly log: Logger;
  readonly clock: Clock;
  readonly definitions: Definitions;
  /** The clinical database. */
  readonly database: Database;
  /** URLs of the FHIR API, without a trailing slash. */
  readonly bases: readonly string[];
}

/** The store and what judges resources beside it. */
export interface OpenedStore {
  readonly store: ClinicalStore;
  readonly ledger: AuditLedger;
  readonly conformance: ReturnType<typeof createLibrary>;
  readonly invariants: ReturnType<typeof createInvariants>;
  readonly close: () => Promise<void>;
}

/** Opens the clinical store with its ledger, its validator and the threads that evaluate FHIRPath. */
export async function openStore(options: StoreOptions): Promise<OpenedStore> {
  const { config, log, clock, definitions, database, bases } = options;
  const conformance = createLibrary({
    cacheDirectory: join(config.dataDirectory, 'cache'),
    log,
    packages: config.fhir.packages,
  });
  const invariants = createInvariants();
  // A thread apart: who lets a profile be checked for long must not hold up writes.
  const constraints = createInvariants();
  const close = async (): Promise<void> => {
    await constraints.close();
    await invariants.close();
    await conformance.close();
  };
  try {
    const ledger = openLedger(database);
    const store = await openClinicalStore({
      database,
      ledger,
      clock,
      definitions,
      validate: createValidator(definitions),
      extractor: createIndexExtractor(definitions, { localBases: bases.map((base) => `${base}/`) }),
      auditSource: { observer: SERVER_REFERENCE, address: `${config.http.origin}/fhir` },
      referentialIntegrity: config.fhir.referentialIntegrity,
      constraints,
      fullText: config.search.fullText,
    });
    store.codeSets = (context) => searchCodes(store, context, conformance);
    return { store, ledger, conformance, invariants, close };
  } catch (error) {
    await close();
    throw error;
  }
}
