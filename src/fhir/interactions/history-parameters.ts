import { splitComparator } from '../../search/parse/comparator.ts';
import { invalidControl, parseCount, parseCursor } from '../../search/parse/control.ts';
import { dateInterval } from '../../search/parse/date-interval.ts';
import { parseQuery, type QueryParameter } from '../../search/parse-query.ts';
import type { HistoryRequest } from '../../storage/repository/history/history.ts';
import { fhirError } from '../../outcome/codes.ts';
import type { FhirRequest, FhirSettings } from '../request.ts';

/** Parameters that say how the answer is to look; other steps read them. */
const FORMAT: ReadonlySet<string> = new Set(['_format', '_pretty', '_summary', '_elements']);

interface Interval {
  readonly low: number;
  readonly high: number;
}

const ALWAYS: Interval = { low: -Infinity, high: Infinity };

/** A history request, and what the links of its answer repeat. */
export interface HistoryParameters {
  readonly request: HistoryRequest;
  readonly used: readonly QueryParameter[];
}

/**
 * Reads `_count`, `_since`, `_at` and `_cursor`. `_at` names a moment or a period; as in HAPI it may have a prefix and
 * then stand twice.
 * @param type what an unknown parameter is said to be unknown for
 * @throws FhirError `SEARCH_UNKNOWN_PARAMETER`, `SEARCH_INVALID_CONTROL`, `SEARCH_INVALID_PAGE`
 * @see https://hl7.org/fhir/R4/http.html#history
 */
export function readHistoryParameters(
  request: FhirRequest,
  settings: FhirSettings,
  type: string,
): HistoryParameters {
  const lenient = /(?:^|[,;\s])handling=lenient/.test(request.headers['prefer'] ?? '');
  const used: QueryParameter[] = [];
  const seen = new Set<string>();
  let count = settings.defaultCount;
  let cursor: string | undefined;
  let since: number | undefined;
  let at: Interval | undefined;
  for (const [name, value] of parseQuery(request.query)) {
    if (value === '') continue;
    if (seen.has(name) && name !== '_at') throw invalidControl(name, 'it may stand only once');
    seen.add(name);
    if (name === '_count') count = parseCount(value, settings.maxCount);
    else if (name === '_cursor') cursor = parseCursor(value);
    else if (name === '_since') since = interval(name, value).low;
    else if (name === '_at') at = overlap(at ?? ALWAYS, moments(value));
    else if (!FORMAT.has(name)) {
      if (lenient) continue;
      throw fhirError('SEARCH_UNKNOWN_PARAMETER', { name: name.slice(0, 64), type });
    }
    if (name !== '_cursor') used.push([name, value]);
  }
  return {
    used,
    request: {
      count: Math.max(1, Math.min(count, settings.maxCount)),
      ...(cursor === undefined ? {} : { cursor }),
      ...(since === undefined ? {} : { since }),
      ...(at === undefined ? {} : { at }),
    },
  };
}

function moments(value: string): Interval {
  const [comparator, text] = splitComparator(value);
  const { low, high } = interval('_at', text);
  switch (comparator) {
    case 'eq':
      return { low, high };
    case 'ge':
      return { low, high: ALWAYS.high };
    case 'gt':
    case 'sa':
      return { low: high, high: ALWAYS.high };
    case 'le':
      return { low: ALWAYS.low, high };
    case 'lt':
    case 'eb':
      return { low: ALWAYS.low, high: low };
    default:
      throw invalidControl('_at', `the prefix ${comparator} has no meaning here`);
  }
}

function overlap(a: Interval, b: Interval): Interval {
  return { low: Math.max(a.low, b.low), high: Math.min(a.high, b.high) };
}

function interval(name: string, value: string): Interval {
  // A plus sign that the client did not encode has become a space.
  const found = dateInterval(value.replace(/ (?=\d\d:\d\d$)/, '+'));
  if (found === undefined) throw invalidControl(name, 'an instant or a date is expected');
  return found;
}
