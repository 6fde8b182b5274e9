import type { OperationOutcome } from '@medplum/fhirtypes';
import { auditRows } from '../../storage/access-context.ts';
import type { SqlClient } from '../../storage/database.ts';
import { flushUnit, runUnit } from '../../storage/repository/writing/commit.ts';
import {
  type Deletion,
  settleReferrers,
} from '../../storage/repository/references/delete-conflicts.ts';
import { checkReferences } from '../../storage/repository/references/integrity.ts';
import { ReferenceRefusal } from '../../storage/repository/references/reference-refusal.ts';
import { isNarrowed } from '../../storage/repository/shown/show.ts';
import { shownText } from '../../storage/repository/shown/shown-text.ts';
import type { Unit } from '../../storage/repository/writing/unit.ts';
import { bundleText, type BundleEntryText } from '../bundle-text.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { json } from '../respond.ts';
import { createResponseBudget, type ResponseBudget } from '../response-budget.ts';
import { atEntry } from './at-entry.ts';
import type { BundleEntries } from './bundle-entries.ts';
import { errorAnswer, withinBudget } from './bundle-entry.ts';
import { createConditionalReferences } from './conditional-references.ts';
import { cascadeOption } from './delete.ts';
import { statusText } from './status-text.ts';
import { entryAnswer, shownResult } from './transaction-answer.ts';
import { findIdentities } from './transaction-conditions.ts';
import { type PlannedEntry, planTransaction } from './transaction-plan.ts';
import { type EntryResult, writeEntry } from './transaction-write.ts';

/** Writes that are stored by one statement; a larger transaction takes several, and no more memory. */
const CHUNK = 500;

/**
 * A `transaction`: everything, in one commit, or nothing.
 * @throws FhirError of the entry that failed; its issues say which one it was
 * @see https://hl7.org/fhir/R4/http.html#transaction
 */
export async function transaction(call: FhirCall, entries: BundleEntries): Promise<FhirResponse> {
  const { store } = call.services;
  const { writes, reads } = planTransaction(call, entries);
  // A single statement is a transaction of its own; for more than that there has to be one.
  const several =
    writes.length > CHUNK ||
    writes.some(({ criteria, route }) => criteria !== undefined || route.kind === 'delete');
  const answers = new Array<BundleEntryText>(entries.length);
  const later = new Map<PlannedEntry, EntryResult>();
  const budget = await runUnit(
    store,
    call.context,
    { interaction: 'transaction' },
    (unit, client) => writeAll(call, unit, client, entries, writes, several, { answers, later }),
    several ? (_client, result) => Promise.resolve(result) : undefined,
  );
  for (const [entry, result] of later)
    answers[entry.index] = entryAnswer(call, budget, entry, await shownResult(call, result));
  for (const entry of reads) answers[entry.index] = await read(call, budget, entry);
  return json(200, bundleText(store.clock, 'transaction-response', [], answers));
}

/** What came of the entries. */
interface Outcomes {
  readonly answers: BundleEntryText[];
  /** Results of which the caller sees parts: which, can depend on what the transaction writes after them. */
  readonly later: Map<PlannedEntry, EntryResult>;
}

/** Fills in the answers of the writes; run again from the start where another writer was faster. */
async function writeAll(
  call: FhirCall,
  unit: Unit,
  client: SqlClient,
  entries: BundleEntries,
  writes: readonly PlannedEntry[],
  several: boolean,
  { answers, later }: Outcomes,
): Promise<ResponseBudget> {
  const budget = createResponseBudget();
  later.clear();
  const narrowed = isNarrowed(call.services.store, call.context);
  const access = { interaction: 'transaction' };
  unit.audit.push(...auditRows(call.context, access, unit.now));
  const identities = await findIdentities(call, unit, client, writes);
  const references = createConditionalReferences(call, unit, client, identities);
  const links = { targets: identities.targets, conditional: references.found };
  const deletions: Deletion[] = [];
  const repeated = new Map<number, EntryResult>();
  /** Entry of each event of the unit. */
  let sources: number[] = [];
  for (const entry of writes) {
    const { index } = entry;
    try {
      const first = identities.repeats.get(index);
      const result =
        first === undefined ? await write(entry) : asRepeated(repeated.get(first) as EntryResult);
      if (narrowed) later.set(entry, result);
      else answers[index] = entryAnswer(call, budget, entry, await shownResult(call, result));
      if (entry.criteria !== undefined) repeated.set(index, result);
      const options = cascadeOption({ ...call.request, query: entry.request.query });
      for (const { type, id } of result.deleted) deletions.push({ type, id, ...options });
    } catch (error) {
      throw atEntry(error, index);
    }
    while (sources.length < unit.events.length) sources.push(index);
    if (several && unit.events.length >= CHUNK) {
      await check();
      await flushUnit(unit, client);
      sources = [];
    }
  }
  await check();
  if (deletions.length > 0) {
    // What the transaction itself no longer refers to is seen once it is stored.
    await flushUnit(unit, client);
    await settleReferrers(unit, client, deletions);
  }
  return budget;

  async function write(entry: PlannedEntry): Promise<EntryResult> {
    const content = entries.at(entry.index);
    await references.resolve(content.entry.resource);
    return writeEntry(call, unit, client, entry, content, identities, links);
  }

  async function check(): Promise<void> {
    try {
      await checkReferences(unit, client, identities.planned, several);
    } catch (error) {
      const source = error instanceof ReferenceRefusal ? sources[error.event] : undefined;
      throw source === undefined ? error : atEntry(error, source);
    }
  }
}

/** The second of two equal conditional creations finds what the first one made. */
function asRepeated({ result, deleted }: EntryResult): EntryResult {
  if (result === undefined) return { deleted };
  return { result: { ...result, created: false, changed: false }, deleted };
}

/** Reads come last and see what was written; they change nothing, so a failed one fails alone. */
async function read(
  call: FhirCall,
  budget: ResponseBudget,
  { request, headers }: PlannedEntry,
): Promise<BundleEntryText> {
  const { json: _bundle, body: _text, streams: _streams, ...outer } = call.request;
  const response = budget.spent
    ? errorAnswer(budget.error())
    : withinBudget(budget, await call.dispatch({ ...outer, ...request, headers }), true);
  const failed = response.status >= 400 && response.body !== undefined;
  const modified = response.headers['Last-Modified'];
  return {
    ...(failed || response.body === undefined ? {} : { resource: shownText(response.body) }),
    response: {
      status: statusText(response.status),
      ...(response.headers['ETag'] === undefined ? {} : { etag: response.headers['ETag'] }),
      ...(modified === undefined ? {} : { lastModified: new Date(modified).toISOString() }),
      ...(failed ? { outcome: JSON.parse(response.body) as OperationOutcome } : {}),
    },
  };
}
