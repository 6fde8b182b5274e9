import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Cluster } from './cluster.ts';
import { type Postmaster, startPostmaster } from './postmaster.ts';
import { stopOrphans } from './stop-orphans.ts';

/** Restarts in a row after which the server is given up, as starting again evidently does not help. */
const MOST_RESTARTS = 5;
/** Milliseconds of running after which earlier failures no longer count. */
const SETTLED_AFTER = 600_000;

/**
 * Starts the server, and starts it again when its process ends without having been told to (killed for lack of memory,
 * for example). Connections are lost then, committed data are not.
 * @returns the function that stops it for good
 * @throws EmbeddedPostgresError if it cannot be started at first
 */
export async function keepRunning(cluster: Cluster, log: Logger): Promise<() => Promise<void>> {
  const stopping = new AbortController();
  const first = await startPostmaster(cluster, log);
  const watching = watch(cluster, log, first, stopping.signal).catch((error: unknown) => {
    log.fatal({ event: 'postgres.given-up', err: error });
  });
  return async () => {
    stopping.abort();
    await watching;
  };
}

/** Resolves when the server has been stopped or given up. */
async function watch(
  cluster: Cluster,
  log: Logger,
  first: Postmaster,
  stopping: AbortSignal,
): Promise<void> {
  let restarts = 0;
  for (let current = first; ; ) {
    const settled = setTimeout(() => (restarts = 0), SETTLED_AFTER).unref();
    const ended = await Promise.race([current.exited, aborted(stopping)]);
    clearTimeout(settled);
    if (ended === undefined) return current.stop();
    log.error({ event: 'postgres.ended', ended, restarts });
    if (restarts >= MOST_RESTARTS) {
      log.fatal({ event: 'postgres.given-up', restarts });
      return;
    }
    await Promise.race([sleep(restarts * 1000), aborted(stopping)]);
    if (stopping.aborted) return;
    restarts += 1;
    await stopOrphans(cluster.data);
    current = await startPostmaster(cluster, log);
    log.warn({ event: 'postgres.restarted', restarts });
  }
}

async function aborted(signal: AbortSignal): Promise<undefined> {
  if (!signal.aborted) await once(signal, 'abort');
  return undefined;
}
