import { randomUUID } from 'node:crypto';
import type { BundleEntry } from '@medplum/fhirtypes';
import { fhirError } from '../../outcome/codes.ts';
import type { FhirCall } from '../request.ts';
import { type Route, route } from '../route.ts';
import { atEntry } from './at-entry.ts';
import type { BundleEntries } from './bundle-entries.ts';
import { entryHeaders, type EntryRequest, entryRequest } from './bundle-entry.ts';
import { hasPlaceholder } from './placeholders.ts';

/** What an entry of a transaction may ask for, and the place of that in the order. @see https://hl7.org/fhir/R4/http.html#trules */
const ORDER = {
  'conditional-delete': 0,
  delete: 0,
  create: 1,
  'conditional-update': 2,
  update: 2,
  'conditional-patch': 3,
  patch: 3,
  read: 4,
  vread: 4,
  history: 4,
  search: 4,
  'search-system': 4,
  'search-compartment': 4,
  'history-type': 4,
  'history-system': 4,
} as const satisfies Partial<Record<Route['kind'], number>>;

/** Route of an entry of a transaction. */
export type EntryRoute = Extract<Route, { kind: keyof typeof ORDER }>;

/** An entry of which all is known but its resource, which is read when its turn comes. */
export interface PlannedEntry {
  readonly index: number;
  readonly request: EntryRequest;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly route: EntryRoute;
  readonly fullUrl: string | undefined;
  /** Id that the resource of the entry brings. */
  readonly ownId: string | undefined;
  /** Id that is given to what the entry creates. */
  readonly newId: string;
  /** Search parameters that select what the entry is about. */
  readonly criteria: string | undefined;
}

/** The entries in the order in which they count. */
export interface TransactionPlan {
  readonly writes: readonly PlannedEntry[];
  readonly reads: readonly PlannedEntry[];
}

/**
 * Reads what the entries ask for, and puts them in order: deletions, creations, updates, patches, reads; among equals, those
 * whose criteria name other entries come last.
 * @throws FhirError that says at which entry
 */
export function planTransaction(call: FhirCall, entries: BundleEntries): TransactionPlan {
  const planned: PlannedEntry[] = [];
  for (let index = 0; index < entries.length; index += 1) {
    try {
      planned.push(plan(call, entries.at(index).entry, index));
    } catch (error) {
      throw atEntry(error, index);
    }
  }
  checkFullUrls(planned);
  planned.sort((a, b) => rank(a) - rank(b) || a.index - b.index);
  const isRead = ({ route: { kind } }: PlannedEntry): boolean => ORDER[kind] === ORDER.read;
  return {
    writes: planned.filter((entry) => !isRead(entry)),
    reads: planned.filter(isRead),
  };
}

function plan(call: FhirCall, entry: BundleEntry, index: number): PlannedEntry {
  const request = entryRequest(entry);
  const found = route(call.services.definitions, request.method, request.path);
  if (!isEntryRoute(found)) {
    throw fhirError('FHIR_INVALID_BUNDLE', { reason: 'a transaction cannot hold operations' });
  }
  checkWritable(request, found);
  checkResource(entry, found);
  const criteria = criteriaText(entry, request, found);
  const { id } = (entry.resource ?? {}) as { readonly id?: unknown };
  return {
    index,
    request,
    headers: entryHeaders(entry),
    route: found,
    fullUrl: entry.fullUrl,
    ownId: typeof id === 'string' ? id : undefined,
    newId: randomUUID(),
    criteria,
  };
}

function isEntryRoute(found: Route): found is EntryRoute {
  return Object.hasOwn(ORDER, found.kind);
}

function rank({ route: found, criteria }: PlannedEntry): number {
  const last = criteria !== undefined && hasPlaceholder(criteria);
  return ORDER[found.kind] + (last ? 0.5 : 0);
}

function criteriaText(
  entry: BundleEntry,
  { query }: EntryRequest,
  { kind }: EntryRoute,
): string | undefined {
  if (kind === 'create') return entry.request?.ifNoneExist;
  return kind.startsWith('conditional-') ? query : undefined;
}

/** The ledger is written by nobody, in a transaction as little as alone. */
function checkWritable({ method, path }: EntryRequest, found: EntryRoute): void {
  if (!('type' in found) || found.type !== 'AuditEvent') return;
  if (found.kind === 'read' || found.kind === 'search') return;
  throw fhirError('FHIR_METHOD_NOT_ALLOWED', { method, path: path.slice(0, 200) });
}

function checkResource(entry: BundleEntry, found: EntryRoute): void {
  const { kind } = found;
  if (kind !== 'create' && kind !== 'update' && kind !== 'conditional-update') return;
  const resource = entry.resource as { resourceType?: unknown; id?: unknown } | undefined;
  if (typeof resource !== 'object') throw fhirError('FHIR_BODY_MISSING');
  if (resource.resourceType !== found.type) {
    const actual =
      typeof resource.resourceType === 'string'
        ? resource.resourceType.slice(0, 64)
        : 'resource without a type';
    throw fhirError('FHIR_TYPE_DIFFERS', { actual, expected: found.type });
  }
  if (kind !== 'update') return;
  if (resource.id === undefined) throw fhirError('FHIR_ID_MISSING');
  if (resource.id !== found.id) throw fhirError('FHIR_ID_DIFFERS');
}

/** @throws FhirError `FHIR_INVALID_BUNDLE` where two entries have one full URL */
function checkFullUrls(planned: readonly PlannedEntry[]): void {
  const known = new Set<string>();
  for (const { fullUrl, route: found, index } of planned) {
    const names = found.kind === 'create' || found.kind.endsWith('update');
    if (fullUrl === undefined || !names) continue;
    if (known.has(fullUrl)) {
      const reason = 'two entries have the same fullUrl';
      throw atEntry(fhirError('FHIR_INVALID_BUNDLE', { reason }), index);
    }
    known.add(fullUrl);
  }
}
