import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../clock.ts';
import type { RunnableJobQueue } from '../../jobs/job-queue.ts';
import type { Database } from '../../storage/database.ts';
import type { SealContext } from './seal-round.ts';

/** Job that sends the newest checkpoint to the witness. */
export const WITNESS_JOB = 'audit-witness';

/** Milliseconds that a witness may take to answer. */
const TIMEOUT = 10_000;

/** Who keeps copies of checkpoints. */
export interface WitnessSettings {
  readonly url: string | undefined;
  readonly token: string | undefined;
  readonly directory: string | undefined;
  readonly everySeconds: number;
}

/** What hands checkpoints to the witness. */
export interface WitnessOptions {
  readonly settings: WitnessSettings;
  readonly database: Database;
  readonly queue: RunnableJobQueue;
  readonly clock: Clock;
}

/**
 * Has checkpoints sent to the witness. The job is stored together with the checkpoint, so that none is forgotten, and is
 * tried again until the witness has taken it. While one waits, later checkpoints take its place: the newest proves all
 * before it.
 * @returns what the sealer tells of its checkpoints; undefined where there is no witness
 */
export function createWitness(options: WitnessOptions): SealContext['announce'] {
  const { settings, queue, clock } = options;
  if (settings.url === undefined && settings.directory === undefined) return undefined;
  queue.handle(WITNESS_JOB, (_payload, { signal }) => sendNewest(options, signal));
  let next = 0;
  return async (tx) => {
    const now = clock.now();
    // A clock that was set back must not silence the witness until it has caught up.
    if (now < next && next - now <= settings.everySeconds * 1000) return;
    next = now + settings.everySeconds * 1000;
    await queue.enqueue(tx, WITNESS_JOB, null, {
      key: 'newest',
      runAt: new Date(now),
    });
  };
}

async function sendNewest(
  { database, settings }: WitnessOptions,
  signal: AbortSignal,
): Promise<void> {
  const [newest] = await database.query<{ size: string; jws: string }>({
    text: 'select size::text, jws from audit_checkpoint order by size desc limit 1',
  });
  if (newest === undefined) return;
  if (settings.directory !== undefined) await keep(settings.directory, newest);
  if (settings.url !== undefined) await send(settings.url, settings.token, newest.jws, signal);
}

/** Writes a checkpoint once: the folder may be one in which nothing can be changed afterwards. */
async function keep(
  directory: string,
  { size, jws }: { readonly size: string; readonly jws: string },
): Promise<void> {
  await mkdir(directory, { recursive: true });
  const path = join(directory, `${size.padStart(16, '0')}.jws`);
  const file = await open(path, 'wx').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
    throw error;
  });
  if (file === undefined) return;
  try {
    await file.writeFile(`${jws}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function send(
  url: string,
  token: string | undefined,
  jws: string,
  signal: AbortSignal,
): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/jose',
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    },
    body: jws,
    redirect: 'error',
    signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT)]),
  });
  await response.body?.cancel();
  if (!response.ok) throw new TypeError(`The witness answered ${String(response.status)}`);
}
