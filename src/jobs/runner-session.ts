import { Client, type ClientConfig } from 'pg';

/** First key of the advisory locks of runners; the second is the runner's number. */
export const RUNNER_LOCK = 1_147_765_574;

/** Channel on which a runner asks those of other nodes for help. */
const JOB_CHANNEL = 'diga_job';

/** The connection that stands for one runner: while it lives, the jobs of its number are safe from others. */
export interface RunnerSession {
  readonly runner: number;
  /** Wakes the runners of the other nodes. */
  callOthers(): Promise<void>;
  close(): Promise<void>;
}

/** What happens on the connection. */
export interface RunnerSessionEvents {
  /** Another node has more jobs than it can run. */
  readonly wake: () => void;
  /** The connection is gone: other nodes now take the jobs of this runner. Called at most once, not after `close`. */
  readonly lost: () => void;
}

/**
 * Opens the connection of a new runner. It must reach PostgreSQL itself: a pooler in transaction mode keeps neither
 * locks nor subscriptions.
 */
export async function openRunnerSession(
  config: ClientConfig,
  events: RunnerSessionEvents,
): Promise<RunnerSession> {
  const client = new Client({ ...config, keepAlive: true, application_name: 'diga-jobs' });
  let open = true;
  let session: RunnerSession | undefined;
  const end = (): void => {
    if (!open) return;
    open = false;
    events.lost();
  };
  client.on('error', end);
  client.on('end', end);
  client.on('notification', ({ payload }) => {
    if (open && payload !== String(session?.runner)) events.wake();
  });
  await client.connect();
  try {
    const runner = await register(client);
    session = {
      runner,
      callOthers: async () => {
        await client.query('select pg_notify($1, $2)', [JOB_CHANNEL, String(runner)]);
      },
      close: async () => {
        open = false;
        await client.end();
      },
    };
    return session;
  } catch (error) {
    open = false;
    await client.end();
    throw error;
  }
}

async function register(client: Client): Promise<number> {
  // A node whose machine vanished closes no socket: let PostgreSQL notice within about 20 s.
  await client.query(
    'set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 3; set tcp_keepalives_count = 3',
  );
  const { rows } = await client.query<{ runner: number }>(
    `select runner from (select nextval('diga_job_runner')::int as runner) fresh
     where pg_try_advisory_lock(${RUNNER_LOCK}, runner)`,
  );
  const runner = rows[0]?.runner;
  if (runner === undefined) throw new TypeError('The number of a new runner is in use');
  await client.query(`listen ${JOB_CHANNEL}`);
  return runner;
}
