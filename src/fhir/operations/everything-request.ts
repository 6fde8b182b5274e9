import { isStorable } from '../../storage/instant.ts';
import { parseQuery } from '../../search/parse-query.ts';
import { callersId } from '../../storage/repository/judging/caller-ids.ts';
import { fhirError } from '../../outcome/codes.ts';
import type { FhirCall } from '../request.ts';
import type { OperationTarget } from './core-operation.ts';
import {
  type OperationParameter,
  operationParameters,
  textOfOne,
  textsOf,
} from './operation-parameters.ts';

/** Position in the answer. */
interface Position {
  readonly type: number;
  readonly rid: string;
}

/** What `$everything` is asked for. */
export interface EverythingRequest {
  readonly types: ReadonlySet<string>;
  readonly since?: string;
  /** Clinical dates in milliseconds since 1970: from, and before. */
  readonly from?: number;
  readonly to?: number;
  /** Patients named by `_id` at type level. */
  readonly patients?: readonly string[];
  readonly count: number;
  readonly after?: Position;
  /** Links of the page; with a position, one to the next page. */
  readonly links: (
    next?: Position,
  ) => readonly { readonly relation: string; readonly url: string }[];
}

const OPERATION = 'everything';
const DATE =
  /^\d{4}(?:-\d{2}(?:-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2})?)?)?)?$/;
const KNOWN = new Set([
  'start',
  'end',
  '_since',
  '_type',
  '_count',
  '_id',
  '_cursor',
  '_format',
  '_pretty',
]);
const MAX_IDS = 200;

/**
 * Reads the parameters of `$everything`.
 * @throws FhirError `OPERATION_INVALID_PARAMETERS`, `FHIR_UNKNOWN_RESOURCE_TYPE`, `SEARCH_INVALID_PAGE`
 */
export function everythingRequest(call: FhirCall, { id }: OperationTarget): EverythingRequest {
  const { services, request, principal } = call;
  const { store, definitions, settings } = services;
  const parameters = operationParameters(request, OPERATION);
  for (const { name } of parameters) {
    if (!KNOWN.has(name)) throw invalid(`${name.slice(0, 64)} is not known`);
  }
  const listed = textsOf(parameters, '_type').flatMap((text) => text.split(','));
  for (const type of listed) {
    if (!definitions.isResourceType(type))
      throw fhirError('FHIR_UNKNOWN_RESOURCE_TYPE', { type: type.slice(0, 64) });
  }
  const ids = textsOf(parameters, '_id').flatMap((text) => text.split(','));
  if (ids.length > MAX_IDS) throw invalid(`_id names more than ${String(MAX_IDS)} patients`);
  if (ids.length > 0 && id !== undefined) throw invalid('_id is for all patients only');
  const since = dateOf(parameters, '_since')?.low;
  const from = dateOf(parameters, 'start')?.low;
  const to = dateOf(parameters, 'end')?.high;
  const count = countOf(textOfOne(parameters, '_count', OPERATION), settings);

  const used = parameters.filter(({ name, text }) => name !== '_cursor' && text !== undefined);
  const self = new URLSearchParams(used.map(({ name, text = '' }) => [name, text])).toString();
  const binding = `${principal.reference}\n${request.path}\n${self}`;
  const cursor = textOfOne(parameters, '_cursor', OPERATION);
  const after = cursor === undefined ? undefined : store.pageLink.open(cursor, binding);
  const url = (query: string): string =>
    `${request.base}/${request.path}${query === '' ? '' : `?${query}`}`;
  return {
    types: new Set(listed.length === 0 ? definitions.resourceTypes : listed),
    count,
    ...(since === undefined ? {} : { since: new Date(since).toISOString() }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(ids.length === 0
      ? {}
      : { patients: ids.map((one) => callersId(store, principal, 'Patient', one)) }),
    ...(after === undefined ? {} : { after: { type: Number(after[0]), rid: after[1] ?? '' } }),
    links: (next) => {
      const links = [{ relation: 'self', url: url(self) }];
      if (next === undefined) return links;
      const sealed = store.pageLink.seal([String(next.type), next.rid], binding);
      const query = [...parseQuery(self), ['_cursor', sealed]] as [string, string][];
      return [...links, { relation: 'next', url: url(new URLSearchParams(query).toString()) }];
    },
  };
}

/** The interval that a date covers, in milliseconds since 1970; UTC where it names no zone. */
function dateOf(
  parameters: readonly OperationParameter[],
  name: string,
): { readonly low: number; readonly high: number } | undefined {
  const text = textOfOne(parameters, name, OPERATION)?.replace(' ', '+');
  if (text === undefined) return undefined;
  const low = DATE.test(text) ? Date.parse(text) : Number.NaN;
  if (!isStorable(low)) throw invalid(`${name} is no date`);
  const date = new Date(low);
  if (text.length === 4) date.setUTCFullYear(date.getUTCFullYear() + 1);
  else if (text.length === 7) date.setUTCMonth(date.getUTCMonth() + 1);
  else if (text.length === 10) date.setUTCDate(date.getUTCDate() + 1);
  else date.setTime(low + 1);
  return { low, high: date.getTime() };
}

function countOf(
  text: string | undefined,
  { defaultCount, maxCount }: { readonly defaultCount: number; readonly maxCount: number },
): number {
  if (text === undefined) return defaultCount;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw invalid('_count is no number above 0');
  return Math.min(Number(text), maxCount);
}

function invalid(reason: string): Error {
  return fhirError('OPERATION_INVALID_PARAMETERS', { operation: OPERATION, reason });
}
