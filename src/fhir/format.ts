import { fhirError } from '../outcome/codes.ts';
import type { FhirRequest } from './request.ts';
import type { Route } from './route.ts';

/** How an answer is printed. */
export interface Format {
  readonly kind: 'json' | 'xml';
  /** True for `_pretty=true`. */
  readonly pretty: boolean;
}

const JSON_FORMAT: Format = { kind: 'json', pretty: false };

/** Formats by media type; `html` asks for something to look at, which JSON is. */
const KINDS: Readonly<Record<string, Format['kind']>> = {
  'application/fhir+json': 'json',
  'application/json+fhir': 'json',
  'application/json': 'json',
  'text/json': 'json',
  json: 'json',
  'text/html': 'json',
  'html/json': 'json',
  html: 'json',
  'application/fhir+xml': 'xml',
  'application/xml+fhir': 'xml',
  'application/xml': 'xml',
  'text/xml': 'xml',
  xml: 'xml',
  'html/xml': 'xml',
  '*/*': 'json',
  'application/*': 'json',
  'text/*': 'json',
};

/** Media types in which some operations answer; what they do with them is their matter. */
const OF_OPERATIONS = /(?:ndjson|graphql-response\+json|octet-stream|text\/csv|openapi\+json)/;

const SUPPORTED_VERSIONS = new Set(['4.0', '4.0.0', '4.0.1']);

/** Ranges of one `Accept` that are looked at. */
const MAX_RANGES = 50;

/**
 * The format of the answer: what `_format` says, else the best of `Accept`. Of equals the more specific one counts, and
 * then JSON, which is what is stored.
 * @param query query string, or the form of a search by POST
 * @returns undefined where nothing acceptable can be made
 * @see https://hl7.org/fhir/R4/http.html#mime-type
 */
export function negotiate(query: string, accept: string | undefined): Format | undefined {
  const asked = query.includes('_format=') ? parameter(query, '_format') : undefined;
  const pretty = query.includes('_pretty=') && parameter(query, '_pretty') === 'true';
  if (asked === undefined || asked === '') {
    // The usual cases: no wish, or JSON alone.
    if (accept === undefined || accept === '*/*' || accept === 'application/fhir+json') {
      return pretty ? { kind: 'json', pretty } : JSON_FORMAT;
    }
    const kind = best(accept);
    return kind === undefined ? undefined : { kind, pretty };
  }
  const range = rangeOf(asked);
  return range === undefined ? undefined : { kind: range.kind, pretty };
}

/**
 * Refuses a request that accepts no format of this server. What is content of its own (a Binary, the files of an
 * export) is left to the interaction.
 * @throws FhirError `FHIR_NOT_ACCEPTABLE`
 */
export function checkFormat(
  { query, headers }: Pick<FhirRequest, 'query' | 'headers'>,
  found: Route,
): void {
  const { accept } = headers;
  if (negotiate(query, accept) !== undefined) return;
  if (('type' in found && found.type === 'Binary') || /^(?:ex|im)port-/.test(found.kind)) return;
  if (found.kind === 'operation' && OF_OPERATIONS.test(accept ?? '')) return;
  throw fhirError('FHIR_NOT_ACCEPTABLE', {
    accept: 'available are application/fhir+json and application/fhir+xml, both of FHIR 4.0',
  });
}

/** True for a FHIR version that is served; a media type without one means ours. */
export function isServedVersion(mediaType: string): boolean {
  const version = /;\s{0,9}fhirversion\s{0,9}=\s{0,9}"?([^";,\s]{1,20})/i.exec(mediaType)?.[1];
  return version === undefined || SUPPORTED_VERSIONS.has(version);
}

interface Range {
  readonly kind: Format['kind'];
  readonly quality: number;
  /** 2 for a media type, 1 for `type/*`, 0 for everything. */
  readonly specific: number;
}

/** Formats by what was accepted: clients send the same with every request. */
const KNOWN = new Map<string, Format['kind'] | undefined>();
const MAX_KNOWN = 100;

function best(accept: string): Format['kind'] | undefined {
  if (KNOWN.has(accept)) return KNOWN.get(accept);
  const kind = bestOf(accept);
  if (KNOWN.size < MAX_KNOWN && accept.length < 500) KNOWN.set(accept, kind);
  return kind;
}

function bestOf(accept: string): Format['kind'] | undefined {
  let found: Range | undefined;
  for (const item of accept.split(',', MAX_RANGES)) {
    const range = rangeOf(item);
    if (range === undefined || range.quality === 0) continue;
    if (found === undefined || order(range, found) > 0) found = range;
  }
  return found?.kind;
}

/** Above 0 where the first is preferred. */
function order(a: Range, b: Range): number {
  return (
    a.quality - b.quality ||
    a.specific - b.specific ||
    Number(a.kind === 'json') - Number(b.kind === 'json')
  );
}

/** One media range; undefined where it is not served. Parameters that nobody knows change nothing. */
function rangeOf(item: string): Range | undefined {
  const type = item.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const kind = Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
  if (kind === undefined || !isServedVersion(item)) return undefined;
  const quality = Number(/;\s{0,9}q\s{0,9}=\s{0,9}([01](?:\.\d{0,3})?)/i.exec(item)?.[1] ?? 1);
  return { kind, quality, specific: type === '*/*' ? 0 : type.endsWith('/*') ? 1 : 2 };
}

/** The first value of a parameter; a `+` stands for itself, because clients write `application/fhir+xml` unescaped. */
function parameter(query: string, name: string): string | undefined {
  const value = new RegExp(`(?:^|&)${name}=([^&]*)`).exec(query)?.[1];
  if (value === undefined) return undefined;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
