import { setTimeout as pause } from 'node:timers/promises';
import { fhirError } from '../../../outcome/codes.ts';
import { isFhirError } from '../../../outcome/fhir-error.ts';
import type { Access, AccessContext } from '../../access-context.ts';
import type { ClinicalStore } from '../../clinical-store.ts';
import type { SqlClient } from '../../database.ts';
import { sqlState } from '../../postgres.ts';
import { VERSION_CONFLICT, writeStatement } from '../../write-statement.ts';
import { ACCESS_CHANGED, changesAccess, SUBSCRIPTIONS_CHANGED } from '../../access-changed.ts';
import { refuse } from '../judging/deny.ts';
import { Refusal } from './refusal.ts';
import { openUnit, type Unit, type UnitWork } from './unit.ts';

/** How often a unit is tried again when somebody else changed a resource between reading and writing it. */
const ATTEMPTS = 10;

/** Longest pause before the second attempt, in milliseconds; it grows with each. */
const PAUSE = 10;

/** SQLSTATE of a second row with the same key. */
const UNIQUE_VIOLATION = '23505';

/**
 * Runs a unit of writes and commits it. A unit that meets a newer version than it read is run again from the start, so
 * `work` must have no other effect than through the unit.
 * @param access what is recorded if the work fails without saying more
 * @param after runs in the same transaction, and sees what was written
 * @throws FhirError of the work; `FHIR_CONTENTION` where others were faster every time
 */
export async function runUnit<T>(
  store: ClinicalStore,
  context: AccessContext,
  access: Access,
  work: UnitWork<T>,
  after?: (client: SqlClient, result: T) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    let unit = openUnit(store, context, attempt);
    try {
      const result =
        needsTransaction(store) || after !== undefined
          ? await store.database.transaction(async (tx) => {
              unit = openUnit(store, context, attempt, tx);
              const value = await work(unit, tx);
              await commitUnit(unit, tx);
              return after === undefined ? value : after(tx, value);
            })
          : await commitAlone(unit, work);
      store.hooks.committed?.([...unit.flushed, ...unit.events]);
      return result;
    } catch (error) {
      if (error instanceof Refusal) return await refuse(store, context, error.access, error.error);
      if (isFhirError(error) && error.status < 500)
        return await refuse(store, context, access, error);
      if (!isConflict(error)) throw error;
      if (attempt === ATTEMPTS) {
        const busy = fhirError('FHIR_CONTENTION', {}, { cause: error, retryAfter: 1 });
        return await refuse(store, context, access, busy);
      }
      // Those who met once would meet again if all came back at the same moment.
      await pause(Math.random() * PAUSE * attempt);
    }
  }
}

/** One statement is a transaction of its own: no round trips for begin and commit. */
async function commitAlone<T>(unit: Unit, work: UnitWork<T>): Promise<T> {
  const { store } = unit;
  const result = await work(unit, store.database);
  const outbox = unit.events.length > 0 ? (store.hooks.outbox?.(unit.events) ?? []) : [];
  if (outbox.length > 0) {
    await store.database.transaction(async (tx) => {
      await write(unit, tx);
      await store.hooks.enqueue?.(tx, outbox);
    });
  } else {
    await write(unit, store.database);
  }
  return result;
}

/**
 * Stores what a unit holds so far and forgets it, so that a unit of ten thousand writes needs no more memory than one of a
 * few hundred. Only inside a transaction: what was stored is undone where the rest fails.
 */
export async function flushUnit(unit: Unit, tx: SqlClient): Promise<void> {
  await commitUnit(unit, tx);
  const { definitions } = unit.store;
  for (const event of unit.events) {
    // Nobody remembers clinical data; definitions and what steers access are few.
    const remembered = definitions.patientCompartment(event.type).length === 0;
    if (remembered || changesAccess(event)) unit.flushed.push(event);
  }
  for (const list of [unit.creates, unit.updates, unit.audit, unit.events]) list.length = 0;
  unit.expectation = undefined;
}

async function commitUnit(unit: Unit, tx: SqlClient): Promise<void> {
  const { store, context } = unit;
  await write(unit, tx);
  const outbox = unit.events.length > 0 ? (store.hooks.outbox?.(unit.events) ?? []) : [];
  if (outbox.length > 0) await store.hooks.enqueue?.(tx, outbox);
  for (const { interaction, resource, previous } of unit.events) {
    if (interaction === 'delete') await store.hooks.deleted?.(context, resource);
    else if (previous !== undefined) await store.hooks.updated?.(context, resource, previous);
    else await store.hooks.created?.(context, resource);
  }
}

async function write(unit: Unit, client: SqlClient): Promise<void> {
  const { creates, updates, audit, store, expectation } = unit;
  if (creates.length === 0 && updates.length === 0) {
    await store.ledger.record(audit);
    return;
  }
  const notify = channelOf(unit);
  try {
    await client.query(
      writeStatement({
        creates,
        updates,
        audit,
        ...(expectation === undefined ? {} : { expectation }),
        ...(notify === undefined ? {} : { notify }),
      }),
    );
  } catch (cause) {
    if (!concernsLedger(cause)) throw cause;
    throw fhirError('SERVER_AUDIT_UNAVAILABLE', {}, { cause, retryAfter: 2 });
  }
}

/** Channel on which other nodes hear of the write; who listens for Subscriptions listens for changed access as well. */
function channelOf({ events }: Unit): string | undefined {
  if (events.some(changesAccess)) return ACCESS_CHANGED;
  return events.some(({ type }) => type === 'Subscription') ? SUBSCRIPTIONS_CHANGED : undefined;
}

/**
 * SQLSTATEs of a database that takes nothing: disk full, read-only. Which table it was is not said, and does not matter: the
 * row of the ledger was in the same statement.
 */
const TAKES_NOTHING: ReadonlySet<string> = new Set(['53100', '25006']);

/** True if PostgreSQL refused the row of the ledger, so that the write it belongs to was not done either. */
function concernsLedger(error: unknown): boolean {
  if (isFhirError(error)) return TAKES_NOTHING.has(sqlState(error.cause) ?? '');
  const { message, table, where } = error as Readonly<Record<string, unknown>>;
  return [message, table, where].some(
    (text) => typeof text === 'string' && text.includes('audit_event'),
  );
}

function needsTransaction({ hooks, inTransaction }: ClinicalStore): boolean {
  if (inTransaction === true) return true;
  return hooks.created !== undefined || hooks.updated !== undefined || hooks.deleted !== undefined;
}

function isConflict(error: unknown): boolean {
  const state = sqlState(error);
  return state === VERSION_CONFLICT || state === UNIQUE_VIOLATION;
}
