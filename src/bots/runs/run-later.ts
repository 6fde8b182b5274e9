import { fhirError } from '../../outcome/codes.ts';
import { isFhirError } from '../../outcome/fhir-error.ts';
import type { RunnableJobQueue } from '../../jobs/job-queue.ts';
import type { ClinicalStore } from '../../storage/clinical-store.ts';
import { instant } from '../../storage/instant.ts';
import { ASYNC_JOB, type BotService } from './bot-service.ts';
import { RunLog } from './run-log.ts';
import { endRun, readRun, removeRuns } from './run-store.ts';

/** Milliseconds between two looks whether somebody has cancelled a run. */
const LOOK = 1_000;

/** Name of the job that removes old runs. */
const EXPIRE_JOB = 'bot/runs-expire';

const DAY = 86_400_000;

/** What such runs work with. */
export interface RunLaterParts {
  readonly store: ClinicalStore;
  readonly queue: RunnableJobQueue;
  readonly service: BotService;
  readonly keepRunsDays: number;
}

/** Does the runs that answer later, and removes those that are old. */
export function runLater({ store, queue, service, keepRunsDays }: RunLaterParts): void {
  queue.handle(ASYNC_JOB, async (payload, { signal }) => {
    const { id } = payload as { readonly id: string };
    await runOne(store, service, id, signal);
  });
  queue.schedule(EXPIRE_JOB, '41 * * * *');
  queue.handle(EXPIRE_JOB, async () => {
    const before = new Date(store.clock.now() - keepRunsDays * DAY).toISOString();
    await removeRuns(store.database, before);
  });
}

async function runOne(
  store: ClinicalStore,
  service: BotService,
  id: string,
  signal: AbortSignal,
): Promise<void> {
  const run = await readRun(store.database, id);
  if (run?.status !== 'active' || run.call === null) return;
  const log = new RunLog();
  const cancelled = new AbortController();
  const timer = setInterval(() => {
    readRun(store.database, id).then(
      (now) => {
        if (now?.status !== 'active') cancelled.abort();
      },
      // The database is away: it is looked again.
      () => undefined,
    );
  }, LOOK);
  const { input, ...call } = run.call;
  try {
    const output = await service.execute(run.bot, input, {
      ...call,
      trigger: 'async',
      runId: id,
      signal: AbortSignal.any([signal, cancelled.signal]),
      logged: log.add,
      ...(run.requester === null ? {} : { requester: run.requester }),
      ...(run.claims === null ? {} : { runAs: run.claims }),
    });
    await endRun(store.database, id, {
      status: 'completed',
      finished: instant(store.clock),
      log: log.text,
      output: JSON.stringify(output ?? null),
    });
  } catch (error) {
    // A server that stops leaves the run to another; one that is full tries again.
    if (signal.aborted || !isFhirError(error) || error.code === 'SERVER_BUSY') throw error;
    await endRun(store.database, id, {
      status: 'error',
      finished: instant(store.clock),
      reason: error.code,
      log: log.text,
    });
  } finally {
    clearInterval(timer);
  }
}

/**
 * Ends a run that answers later. @throws FhirError `BOT_RUN_UNKNOWN` where it has ended already
 */
export async function cancelRun(store: ClinicalStore, id: string): Promise<void> {
  const ended = await endRun(store.database, id, {
    status: 'cancelled',
    finished: instant(store.clock),
  });
  if (!ended) throw fhirError('BOT_RUN_UNKNOWN');
}
