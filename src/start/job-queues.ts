import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import type { FhirServices } from '../fhir/request.ts';
import { createJobQueue, type RunnableJobQueue } from '../jobs/job-queue.ts';
import type { DatabaseName } from '../storage/database.ts';
import type { Databases } from './databases.ts';

/** A queue in each database: jobs are written in the transaction of what they follow. */
export function createJobQueues(
  { pools, urls }: Pick<Databases, 'pools' | 'urls'>,
  clock: Clock,
  log: Logger,
): Readonly<Record<DatabaseName, RunnableJobQueue>> {
  const queue = (name: DatabaseName): RunnableJobQueue =>
    createJobQueue({
      database: pools[name],
      connection: { connectionString: urls[name] },
      clock,
      log: log.child({ queue: name }),
      random: Math.random,
    });
  return { clinical: queue('clinical'), accounts: queue('accounts'), billing: queue('billing') };
}

/** What is asked for about the queues of all databases. */
export function queueStates(
  queues: Readonly<Record<DatabaseName, RunnableJobQueue>>,
): FhirServices['jobs'] {
  return async (limit) =>
    await Promise.all(
      Object.entries(queues).map(async ([name, queue]) => ({
        queue: name,
        statistics: await queue.statistics(),
        failures: await queue.failures(limit),
      })),
    );
}
