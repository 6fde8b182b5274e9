import { isFhirError } from '../outcome/fhir-error.ts';
import { retryDelay } from '../jobs/retry-delay.ts';
import type { RunnableJobQueue } from '../jobs/job-queue.ts';
import type { SqlClient } from '../storage/database.ts';
import { readCurrent } from '../storage/repository/reading/system-read.ts';
import type { OutboxRow } from '../storage/write-hooks.ts';
import { type Attempt, deliver, type Delivering } from './deliver.ts';
import {
  addEvents,
  addFailure,
  endPause,
  type EventStream,
  forgetEvents,
  nextEvent,
  type PendingEvent,
  pauseOf,
  removeEvent,
  soon,
} from './events.ts';
import { readSubscription, type SubscriptionSurroundings } from './read-subscription.ts';
import { inError, type SubscriptionChange } from './set-status.ts';
import type { ActiveSubscription } from './subscription.ts';

/** Name of the job that delivers the events of one resource to one Subscription. */
const DELIVER = 'subscription/deliver';

/** Events of one run; what is left waits for its next turn, so that none keeps its place for long. */
const EVENTS = 50;

/** Runs of one Subscription at the same time on this node: a slow receiver leaves places to others. */
const PARALLEL = 6;

/** Milliseconds until a run that found no place looks again. */
const CROWDED = 250;

/** What the pump works with. */
export interface Pumping extends Delivering {
  readonly queue: RunnableJobQueue;
  readonly surroundings: SubscriptionSurroundings;
  /** At least 0, less than 1; spreads retries. */
  readonly random: () => number;
  readonly setStatus: (id: string, change: SubscriptionChange) => Promise<void>;
}

/** Stores what a write is to be told to, in its transaction. */
export async function enqueueEvents(
  queue: Pick<RunnableJobQueue, 'enqueue'>,
  tx: SqlClient,
  rows: readonly OutboxRow[],
): Promise<void> {
  const deliveries = rows.filter((row) => row.kind === 'subscription');
  if (deliveries.length === 0) return;
  await addEvents(tx, deliveries);
  const streams = new Map<string, EventStream>();
  for (const { subscription, event } of deliveries) {
    const stream = { subscription, type: event.type, id: event.id };
    streams.set(keyOf(stream), stream);
  }
  // In one order, so that two transactions never wait for each other in a circle.
  for (const key of [...streams.keys()].sort())
    await enqueueStream(queue, tx, streams.get(key) as EventStream);
}

/**
 * Delivers from the outbox. The queue never runs two jobs of one key, and a stream is one resource of one Subscription, so
 * that its events arrive in the order of their versions, each at least once, and none before the one ahead of it.
 */
export function deliverFromQueue(pumping: Pumping): void {
  const { queue, store } = pumping;
  const running = new Map<string, number>();
  queue.handle(DELIVER, async (payload, { signal }) => {
    const stream = payload as EventStream;
    const { subscription } = stream;
    const others = running.get(subscription) ?? 0;
    if (others >= PARALLEL) {
      await enqueueStream(queue, store.database, stream, await soon(store.database, CROWDED));
      return;
    }
    running.set(subscription, others + 1);
    try {
      const again = await pump(pumping, stream, signal);
      if (again !== undefined) await enqueueStream(queue, store.database, stream, again);
    } finally {
      const left = (running.get(subscription) ?? 1) - 1;
      if (left === 0) running.delete(subscription);
      else running.set(subscription, left);
    }
  });
}

/** @returns when to go on; undefined where nothing is left */
async function pump(
  pumping: Pumping,
  stream: EventStream,
  signal: AbortSignal,
): Promise<Date | undefined> {
  const { database } = pumping.store;
  for (let count = 0; count < EVENTS; count += 1) {
    signal.throwIfAborted();
    const event = await nextEvent(database, stream);
    if (event === undefined) return undefined;
    const subscription = await activeSubscription(pumping, stream.subscription);
    if (subscription === undefined) {
      await forgetEvents(database, stream.subscription);
      return undefined;
    }
    const until = await pauseOf(database, stream.subscription);
    if (until !== undefined) return until;
    const attempt = await deliver(pumping, subscription, event, signal);
    if (attempt.kind === 'told' || attempt.kind === 'skipped') {
      await removeEvent(database, stream, event.version);
      if (event.attempts > 0) await endPause(database, stream.subscription);
      continue;
    }
    if (await ends(pumping, subscription, event, attempt)) return undefined;
    const pause = retryDelay(event.attempts + 1, pumping.random());
    await database.transaction((tx) => addFailure(tx, stream, event.version, pause));
  }
  return soon(database, 0);
}

/** Ends a Subscription that cannot be served; what waits for it is dropped with it. */
async function ends(
  { setStatus, store }: Pumping,
  { id, maxAttempts }: ActiveSubscription,
  event: PendingEvent,
  attempt: Extract<Attempt, { reason: string }>,
): Promise<boolean> {
  const attempts = event.attempts + 1;
  if (attempt.kind === 'failed' && attempts < maxAttempts) return false;
  const subject = `${event.type}/${event.id}/_history/${String(event.version)}`;
  const reason =
    attempt.kind === 'ended'
      ? attempt.reason
      : `${subject} could not be delivered in ${String(attempts)} attempts: ${attempt.reason}`;
  await setStatus(id, inError(reason));
  await forgetEvents(store.database, id);
  return true;
}

/** The Subscription as it stands in the database now; undefined where it is not active or cannot be served. */
async function activeSubscription(
  { store, surroundings, setStatus }: Pumping,
  id: string,
): Promise<ActiveSubscription | undefined> {
  const resource = await readCurrent(store, 'Subscription', id);
  if (resource?.['status'] !== 'active') return undefined;
  try {
    return readSubscription(surroundings, resource);
  } catch (error) {
    if (!isFhirError(error)) throw error;
    await setStatus(id, inError(error.outcome.issue[0]?.details?.text ?? error.code));
    return undefined;
  }
}

async function enqueueStream(
  queue: Pick<RunnableJobQueue, 'enqueue'>,
  tx: SqlClient,
  stream: EventStream,
  runAt?: Date,
): Promise<void> {
  await queue.enqueue(tx, DELIVER, stream, {
    key: keyOf(stream),
    maxAttempts: 1_000,
    ...(runAt === undefined ? {} : { runAt }),
  });
}

function keyOf({ subscription, type, id }: EventStream): string {
  return `${subscription}/${type}/${id}`;
}
