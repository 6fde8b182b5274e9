import type { Logger } from 'pino';
import { loadCheckpointKey } from '../audit/seal/keys.ts';
import { preparePeriods } from '../audit/seal/periods.ts';
import { ledgerOrigin, type Sealer, startSealer } from '../audit/seal/sealer.ts';
import { createWitness } from '../audit/seal/witness.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config/config.ts';
import type { RunnableJobQueue } from '../jobs/job-queue.ts';
import type { Database } from '../storage/database.ts';

/** Job that makes the partitions of the ledger ahead. */
const PERIODS_JOB = 'audit-periods';

/** When: every hour, so that a month that begins has its numbers soon. */
const HOURLY = '0 * * * *';

/** What the seal of the ledger is made of. */
export interface AuditSealOptions {
  readonly config: Pick<Config, 'audit' | 'dataDirectory'>;
  readonly database: Database;
  /** Queue of that database. */
  readonly queue: RunnableJobQueue;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Begins to seal the ledger: with the key of the configuration, and with the witness where there is one.
 * @throws TypeError where `audit.keys` holds no key that signs
 */
export async function startAuditSeal(options: AuditSealOptions): Promise<Sealer> {
  const { config, database, queue, clock, log } = options;
  queue.schedule(PERIODS_JOB, HOURLY);
  queue.handle(PERIODS_JOB, () => preparePeriods(database));
  const announce = createWitness({ settings: config.audit.witness, database, queue, clock });
  return startSealer({
    database,
    clock,
    log,
    key: await loadCheckpointKey(config.audit.keys, config.dataDirectory),
    origin: await ledgerOrigin(database),
    interval: config.audit.sealSeconds * 1000,
    ...(announce === undefined ? {} : { announce }),
  });
}
