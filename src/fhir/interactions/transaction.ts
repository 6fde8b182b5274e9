import type { Bundle, BundleEntry, OperationOutcome } from '@medplum/fhirtypes';
import { auditRows } from '../../storage/access-context.ts';
import type { JsonResource } from '../../storage/content.ts';
import type { SqlClient } from '../../storage/database.ts';
import { runUnit } from '../../storage/repository/commit.ts';
import { addCreate, Refusal, type Unit, type WriteResult } from '../../storage/repository/unit.ts';
import { deleteInUnit, patchInUnit, putInUnit } from '../../storage/repository/write.ts';
import { bundleText, type BundleEntryText } from '../bundle-text.ts';
import { ifMatch } from '../if-match.ts';
import { patchResourceText, readResourcePatch } from '../json/patch-resource.ts';
import { fhirError } from '../outcome/codes.ts';
import { FhirError, isFhirError } from '../outcome/fhir-error.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { etag, json, preferredReturn, successOutcome } from '../respond.ts';
import { type Route, route } from '../route.ts';
import { statusText } from './batch.ts';
import { createResponseBudget, type ResponseBudget } from '../response-budget.ts';
import {
  entryBody,
  entryHeaders,
  entryRequest,
  type EntryRequest,
  errorAnswer,
  withinBudget,
} from './bundle-entry.ts';
import { assignIdentities, resolvePlaceholders } from './placeholders.ts';

/** Order in which the entries of a transaction count. @see https://hl7.org/fhir/R4/http.html#trules */
const ORDER: readonly Route['kind'][] = [
  'delete',
  'create',
  'update',
  'patch',
  'read',
  'vread',
  'history',
  'search',
];

interface PlannedEntry {
  readonly index: number;
  readonly entry: BundleEntry;
  readonly exact: BundleEntry;
  readonly request: EntryRequest;
  readonly route: Route;
  readonly id: string | undefined;
}

/**
 * A `transaction`: everything, in one commit, or nothing.
 * @throws FhirError of the entry that failed; its issues say which one it was
 * @see https://hl7.org/fhir/R4/http.html#transaction
 */
export async function transaction(
  call: FhirCall,
  bundle: Bundle,
  exact: Bundle,
): Promise<FhirResponse> {
  const { store } = call.services;
  const planned = plan(call, bundle.entry ?? [], exact.entry ?? []);
  const isWrite = ({ route: { kind } }: PlannedEntry): boolean =>
    ORDER.indexOf(kind) < ORDER.indexOf('read');
  const writes = planned.filter(isWrite);
  const reads = planned.filter((entry) => !isWrite(entry));
  const answers = new Array<BundleEntryText>(planned.length);

  const results = await runUnit(
    store,
    call.context,
    { interaction: 'transaction' },
    async (unit, client) => {
      for (const row of auditRows(call.context, { interaction: 'transaction' }, unit.now)) {
        unit.audit.push(row);
      }
      const done: (WriteResult | undefined)[] = [];
      for (const entry of writes) {
        try {
          done.push(await write(call, unit, client, entry));
        } catch (error) {
          throw atEntry(error, entry.index);
        }
      }
      return done;
    },
  );
  const budget = createResponseBudget();
  for (const [at, entry] of writes.entries()) {
    answers[entry.index] = answerText(call, budget, entry, results[at]);
  }
  for (const entry of reads) answers[entry.index] = await read(call, budget, entry);
  return json(200, bundleText(store.clock, 'transaction-response', [], answers));
}

function plan(
  call: FhirCall,
  entries: readonly BundleEntry[],
  exact: readonly BundleEntry[],
): PlannedEntry[] {
  const requests = entries.map((entry, index) => {
    try {
      return entryRequest(entry);
    } catch (error) {
      throw atEntry(error, index);
    }
  });
  const identities = assignIdentities(entries);
  const written = new Set<string>();
  const planned = entries.map((entry, index): PlannedEntry => {
    try {
      const request = requests[index] as EntryRequest;
      const found = route(call.services.definitions, request.method, request.path);
      if (!ORDER.includes(found.kind)) {
        throw fhirError('FHIR_INVALID_BUNDLE', { reason: 'a transaction cannot hold operations' });
      }
      checkWritable(request, found);
      if (
        (request.query !== '' && !['read', 'vread', 'history', 'search'].includes(found.kind)) ||
        entry.request?.ifNoneExist !== undefined
      ) {
        throw fhirError('FHIR_INVALID_BUNDLE', { reason: 'conditional entries are not supported' });
      }
      if (found.kind === 'update' || found.kind === 'delete' || found.kind === 'patch') {
        const key = `${found.type}/${found.id}`;
        if (written.has(key))
          throw fhirError('FHIR_INVALID_BUNDLE', { reason: 'two entries write the same resource' });
        written.add(key);
      }
      checkResource(entry, found);
      const exactEntry = exact[index] as BundleEntry;
      if (entry.resource !== undefined) {
        resolvePlaceholders(entry.resource as unknown as JsonResource, identities.targets);
        if (exactEntry !== entry)
          resolvePlaceholders(exactEntry.resource as unknown as JsonResource, identities.targets);
      }
      return { index, entry, exact: exactEntry, request, route: found, id: identities.ids[index] };
    } catch (error) {
      throw atEntry(error, index);
    }
  });
  return planned.sort(
    (a, b) => ORDER.indexOf(a.route.kind) - ORDER.indexOf(b.route.kind) || a.index - b.index,
  );
}

/** The ledger is written by nobody, in a transaction as little as alone. */
function checkWritable({ method, path }: EntryRequest, found: Route): void {
  if (!('type' in found) || found.type !== 'AuditEvent') return;
  if (found.kind === 'read' || found.kind === 'search') return;
  throw fhirError('FHIR_METHOD_NOT_ALLOWED', { method, path: path.slice(0, 200) });
}

function checkResource(entry: BundleEntry, found: Route): void {
  if (found.kind !== 'create' && found.kind !== 'update') return;
  const resource = entry.resource as { resourceType?: unknown; id?: unknown } | undefined;
  if (typeof resource !== 'object') throw fhirError('FHIR_BODY_MISSING');
  if (resource.resourceType !== found.type) {
    throw fhirError('FHIR_TYPE_DIFFERS', {
      actual:
        typeof resource.resourceType === 'string'
          ? resource.resourceType.slice(0, 64)
          : 'resource without a type',
      expected: found.type,
    });
  }
  if (found.kind === 'update' && resource.id === undefined) throw fhirError('FHIR_ID_MISSING');
  if (found.kind === 'update' && resource.id !== found.id) throw fhirError('FHIR_ID_DIFFERS');
}

async function write(
  call: FhirCall,
  unit: Unit,
  client: SqlClient,
  { entry, exact, route: found, id }: PlannedEntry,
): Promise<WriteResult | undefined> {
  const input = {
    resource: entry.resource as unknown as JsonResource,
    exact: exact.resource as unknown as JsonResource,
  };
  const options = ifMatch({ ...call.request, headers: entryHeaders(entry) });
  switch (found.kind) {
    case 'delete':
      return deleteInUnit(unit, client, found.type, found.id, options);
    case 'create':
      return addCreate(unit, input, id);
    case 'update':
      return putInUnit(unit, client, found.id, input, options);
    case 'patch': {
      const body = entryBody(entry, exact).json ?? { value: undefined, exact: undefined };
      const operations = readResourcePatch(body);
      const change = (content: string) => patchResourceText(content, operations);
      return patchInUnit(unit, client, found.type, found.id, change, options);
    }
    default:
      throw new TypeError(`Not a write: ${found.kind}`);
  }
}

/** Reads come last and see what was written; they change nothing, so a failed one fails alone. */
async function read(
  call: FhirCall,
  budget: ResponseBudget,
  { entry, request }: PlannedEntry,
): Promise<BundleEntryText> {
  const response = budget.spent
    ? errorAnswer(budget.error())
    : withinBudget(
        budget,
        await call.dispatch({
          ...call.request,
          method: request.method,
          path: request.path,
          query: request.query,
          headers: entryHeaders(entry),
        }),
        true,
      );
  const failed = response.status >= 400 && response.body !== undefined;
  return {
    ...(failed || response.body === undefined ? {} : { resource: response.body }),
    response: {
      status: statusText(response.status),
      ...(response.headers['ETag'] === undefined ? {} : { etag: response.headers['ETag'] }),
      ...(failed ? { outcome: JSON.parse(response.body) as OperationOutcome } : {}),
    },
  };
}

function answerText(
  call: FhirCall,
  budget: ResponseBudget,
  { route: found }: PlannedEntry,
  result: WriteResult | undefined,
): BundleEntryText {
  if (result === undefined || found.kind === 'delete') {
    const outcome = successOutcome('SUCCESSFUL_DELETE', 'Successfully deleted 1 resource(s).');
    return {
      response: {
        status: '204 No Content',
        ...(result === undefined ? {} : { etag: etag(result.version) }),
        outcome,
      },
    };
  }
  const location = `${result.type}/${result.id}/_history/${String(result.version)}`;
  const outcome =
    result.created || found.kind === 'create'
      ? successOutcome('SUCCESSFUL_CREATE', `Successfully created resource "${location}".`)
      : successOutcome('SUCCESSFUL_UPDATE', `Successfully updated resource "${location}".`);
  return {
    ...(preferredReturn(call.request) === 'representation' &&
    call.request.headers['prefer'] !== undefined &&
    budget.take(result.content)
      ? { resource: result.content }
      : {}),
    response: {
      status: result.created ? '201 Created' : '200 OK',
      location,
      etag: etag(result.version),
      lastModified: new Date(result.lastUpdated).toISOString(),
      outcome,
    },
  };
}

/** Says in the issues of an error which entry it is about. */
function atEntry(error: unknown, index: number): unknown {
  if (error instanceof Refusal)
    return new Refusal(error.access, atEntry(error.error, index) as FhirError);
  if (!isFhirError(error)) return error;
  const issues = error.outcome.issue.map((issue) => ({
    ...issue,
    expression: (issue.expression ?? ['']).map((path) =>
      path === ''
        ? `Bundle.entry[${String(index)}]`
        : `Bundle.entry[${String(index)}].resource.${path.replace(/^\w+\.?/, '')}`,
    ),
  }));
  const definition = { status: error.status, issue: 'processing' as const, text: '' };
  return new FhirError(error.code, definition, error.message, {
    cause: error,
    issues,
    headers: error.headers,
  });
}
