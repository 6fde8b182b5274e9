import type { LogRange } from '../../audit/access-log/read-rows.ts';
import { fhirError } from '../../outcome/codes.ts';
import { dateInterval } from '../../search/parse/date-interval.ts';
import { callersId } from '../../storage/repository/judging/caller-ids.ts';
import { isStorable } from '../../storage/instant.ts';
import type { FhirCall } from '../request.ts';
import type { OperationTarget } from './core-operation.ts';
import { type OperationParameter, operationParameters, textOfOne } from './operation-parameters.ts';

/** What `$access-log` is asked for. */
export interface AccessLogRequest extends LogRange {
  /** Entries on the page. */
  readonly count: number;
  /** URL of the page after the row. */
  readonly next: (seq: string) => string;
}

const OPERATION = 'access-log';
const KNOWN = new Set(['start', 'end', '_count', '_cursor', '_format', '_pretty']);
const DEFAULT = 50;
const MOST = 200;

/**
 * Reads the parameters of `$access-log`: `start` and `end` are dates or times, `_count` entries of a page.
 * @throws FhirError `OPERATION_INVALID_PARAMETERS`, `SEARCH_INVALID_PAGE`
 */
export function accessLogRequest(call: FhirCall, { id = '' }: OperationTarget): AccessLogRequest {
  const { services, request, principal } = call;
  const { store } = services;
  const parameters = operationParameters(request, OPERATION);
  for (const { name } of parameters)
    if (!KNOWN.has(name)) throw invalid(`${name.slice(0, 64)} is not known`);
  const from = timeOf(parameters, 'start', 'low');
  const to = timeOf(parameters, 'end', 'high');
  const used = parameters.filter(({ name, text }) => name !== '_cursor' && text !== undefined);
  const self = new URLSearchParams(used.map(({ name, text = '' }) => [name, text]));
  const binding = `${principal.reference}\n${request.path}\n${self.toString()}`;
  const cursor = textOfOne(parameters, '_cursor', OPERATION);
  const after = cursor === undefined ? undefined : store.pageLink.open(cursor, binding)[0];
  return {
    patient: callersId(store, principal, 'Patient', id),
    count: countOf(textOfOne(parameters, '_count', OPERATION)),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    ...(after === undefined ? {} : { after }),
    next: (seq) => {
      const query = new URLSearchParams(self);
      query.set('_cursor', store.pageLink.seal([seq], binding));
      return `${request.base}/${request.path}?${query.toString()}`;
    },
  };
}

function timeOf(
  parameters: readonly OperationParameter[],
  name: string,
  bound: 'low' | 'high',
): number | undefined {
  const text = textOfOne(parameters, name, OPERATION);
  if (text === undefined) return undefined;
  const interval = dateInterval(text.replace(' ', '+'));
  if (interval === undefined || !isStorable(interval[bound])) throw invalid(`${name} is no date`);
  return interval[bound];
}

function countOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw invalid('_count is no number above 0');
  return Math.min(Number(text), MOST);
}

function invalid(reason: string): Error {
  return fhirError('OPERATION_INVALID_PARAMETERS', { operation: OPERATION, reason });
}
