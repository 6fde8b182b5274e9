import type { Logger } from 'pino';
import { isFhirError } from '../../outcome/fhir-error.ts';
import type { SqlClient } from '../../storage/database.ts';
import { databaseKey } from '../../storage/settings.ts';
import type { SigningKey } from './checkpoint.ts';
import { preparePeriods } from './periods.ts';
import { type SealContext, sealRound } from './seal-round.ts';
import type { SealState } from './seal-state.ts';

/** Milliseconds after which a row that is not sealed is a reason to warn. */
const LATE = 60_000;

/** What a sealer is started with. */
export interface SealerOptions extends SealContext {
  readonly log: Logger;
  /** Milliseconds between two looks. */
  readonly interval: number;
}

/** Seals the ledger of a database while the server runs. Of several nodes one does it at a time. */
export interface Sealer {
  /** Seals all that is committed; for tests, and before the server ends. */
  drain(): Promise<void>;
  /** False while rows wait longer than a minute for their seal. */
  timely(): Promise<boolean>;
  /** Seals what is left, then ends. */
  close(): Promise<void>;
}

/** Name of the ledger of a database, kept by the database itself. */
export async function ledgerOrigin(client: SqlClient): Promise<string> {
  const key = await databaseKey(client, 'audit-ledger-name');
  return `audit-ledger/${key.toString('hex', 0, 16)}`;
}

/** Publishes the key and begins to seal. */
export async function startSealer(options: SealerOptions): Promise<Sealer> {
  const { database, log, interval } = options;
  await preparePeriods(database);
  await publishKey(database, options.key);
  let state: SealState | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let failing = false;

  const round = async (): Promise<boolean> => {
    // Whatever goes wrong, what was sealed is remembered: the next round compares where things stand.
    const result = await sealRound(options, state);
    state = result.state ?? state;
    return result.more;
  };
  const drain = async (): Promise<void> => {
    while (await round());
  };
  /** One after the other: a drain from outside waits for the one that the clock began. */
  let running: Promise<unknown> = Promise.resolve();
  const queued = (): Promise<void> => {
    const next = running.then(drain);
    running = next.catch(() => undefined);
    return next;
  };
  const tick = (delay: number): void => {
    timer = setTimeout(() => {
      queued()
        .then(
          () => {
            if (failing) log.info({ event: 'audit.seal.again' }, 'The ledger is sealed again');
            failing = false;
          },
          (error: unknown) => {
            // A database that is away for a moment is told by everything else as well.
            const away = isFhirError(error) && error.status === 503;
            if (!failing) {
              log[away ? 'warn' : 'error'](
                { event: 'audit.seal.failed', ...(away ? { code: error.code } : { err: error }) },
                'Sealing failed',
              );
            }
            failing = true;
          },
        )
        .finally(() => {
          if (!closed) tick(interval);
        });
    }, delay);
    timer.unref();
  };
  tick(0);

  return {
    drain: queued,
    async timely() {
      const [row] = await database.query<{ recorded: number }>({
        name: 'audit oldest unsealed',
        text: `select (extract(epoch from recorded) * 1000)::float8 as recorded from audit_event
          where seq > coalesce((select highest_seq from audit_leaves order by first desc limit 1), 0)
          order by seq limit 1`,
        values: [],
      });
      return row === undefined || options.clock.now() - row.recorded < LATE;
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await queued().catch((error: unknown) => {
        log.warn({ event: 'audit.seal.left', err: error }, 'Rows are left to the next start');
      });
    },
  };
}

async function publishKey(client: SqlClient, { kid, publicJwk }: SigningKey): Promise<void> {
  await client.query({
    text: 'insert into audit_key (kid, jwk) values ($1, $2) on conflict (kid) do nothing',
    values: [kid, publicJwk],
  });
}
