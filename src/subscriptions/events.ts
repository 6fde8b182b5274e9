import type { SqlClient } from '../storage/database.ts';
import type { OutboxRow, WriteEvent } from '../storage/write-hooks.ts';

/** A write that waits to be told to a Subscription. */
export interface PendingEvent {
  readonly interaction: WriteEvent['interaction'];
  readonly type: string;
  readonly id: string;
  readonly version: number;
  /** Attempts that failed. */
  readonly attempts: number;
}

/** A resource whose events go to a Subscription in order. */
export interface EventStream {
  readonly subscription: string;
  readonly type: string;
  readonly id: string;
}

type Delivery = Extract<OutboxRow, { kind: 'subscription' }>;

/** Stores events in the transaction of their writes. */
export async function addEvents(tx: SqlClient, rows: readonly Delivery[]): Promise<void> {
  const column = <T>(value: (row: Delivery) => T): T[] => rows.map(value);
  await tx.query({
    name: 'subscription-events',
    text: `insert into subscription_event (subscription, type, id, version, interaction)
      select * from unnest($1::text[], $2::text[], $3::text[], $4::integer[], $5::text[])
      on conflict do nothing`,
    values: [
      column((row) => row.subscription),
      column((row) => row.event.type),
      column((row) => row.event.id),
      column((row) => row.event.version),
      column((row) => row.event.interaction),
    ],
  });
}

/** The oldest event of a stream: the one to be told next. */
export async function nextEvent(
  client: SqlClient,
  { subscription, type, id }: EventStream,
): Promise<PendingEvent | undefined> {
  const [row] = await client.query<PendingEvent>({
    name: 'subscription-next',
    text: `select interaction, type, id, version, attempts from subscription_event
      where subscription = $1 and type = $2 and id = $3 order by version limit 1`,
    values: [subscription, type, id],
  });
  return row;
}

/** Removes an event that was told, or that is not to be told. */
export async function removeEvent(
  client: SqlClient,
  { subscription, type, id }: EventStream,
  version: number,
): Promise<void> {
  await client.query({
    name: 'subscription-told',
    text: `delete from subscription_event
      where subscription = $1 and type = $2 and id = $3 and version = $4`,
    values: [subscription, type, id, version],
  });
}

/** Removes everything that waits for a Subscription which is not active any more. */
export async function forgetEvents(client: SqlClient, subscription: string): Promise<void> {
  const values = [subscription];
  await client.query({ text: 'delete from subscription_event where subscription = $1', values });
  await client.query({ text: 'delete from subscription_pause where subscription = $1', values });
}

/** Removes what waits to be told about resources that are removed for good, as `Type/id`, or to Subscriptions among them. */
export async function forgetResources(client: SqlClient, keys: readonly string[]): Promise<void> {
  const values = [keys];
  await client.query({
    text: `delete from subscription_event
      where type || '/' || id = any($1) or 'Subscription/' || subscription = any($1)`,
    values,
  });
  await client.query({
    text: `delete from subscription_pause where 'Subscription/' || subscription = any($1)`,
    values,
  });
}

/** Counts a failed attempt and leaves the receiver alone for a while. @param pause milliseconds */
export async function addFailure(
  client: SqlClient,
  { subscription, type, id }: EventStream,
  version: number,
  pause: number,
): Promise<void> {
  await client.query({
    text: `update subscription_event set attempts = attempts + 1
      where subscription = $1 and type = $2 and id = $3 and version = $4`,
    values: [subscription, type, id, version],
  });
  await client.query({
    text: `insert into subscription_pause (subscription, until)
      values ($1, now() + $2 * interval '1 millisecond')
      on conflict (subscription) do update set until = excluded.until`,
    values: [subscription, pause],
  });
}

/** Until when the receiver is left alone, by the clock of the database; undefined: it may be called. */
export async function pauseOf(client: SqlClient, subscription: string): Promise<Date | undefined> {
  const [row] = await client.query<{ until: number }>({
    name: 'subscription-pause',
    text: `select (extract(epoch from until) * 1000)::float8 as until
      from subscription_pause where subscription = $1 and until > clock_timestamp()`,
    values: [subscription],
  });
  return row === undefined ? undefined : new Date(row.until);
}

/** A moment from now by the clock of the database, which is the one that jobs go by. @param ms milliseconds */
export async function soon(client: SqlClient, ms: number): Promise<Date> {
  const [row] = await client.query<{ at: number }>({
    text: `select (extract(epoch from clock_timestamp()) * 1000)::float8 + $1::float8 as at`,
    values: [ms],
  });
  return new Date(row?.at ?? 0);
}

/** The receiver answered again. */
export async function endPause(client: SqlClient, subscription: string): Promise<void> {
  await client.query({
    text: 'delete from subscription_pause where subscription = $1',
    values: [subscription],
  });
}
