import type { Random } from '../bench/random.ts';
import type { FuzzCase } from './case.ts';
import { encode, nasty, someId, TYPES } from './words.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'] as const;

const HEADERS: readonly (readonly [string, readonly string[]])[] = [
  [
    'accept',
    [
      'application/fhir+xml',
      'text/html;q=0.9,*/*;q=0.1',
      'image/png',
      ';;;',
      'a'.repeat(4000),
      'application/fhir+json; fhirVersion=9.9',
    ],
  ],
  ['prefer', ['return=minimal', 'handling=lenient', 'respond-async', 'return=', '=,;="']],
  ['if-match', ['W/"1"', '*', 'W/"', '"', '1', 'W/"99999999999999999999"']],
  ['if-none-match', ['W/"1"', '*', 'x', '"'.repeat(500)]],
  ['if-modified-since', ['Sat, 21 Nov 2026 10:00:00 GMT', 'yesterday', '']],
  ['if-none-exist', ['identifier=x', '?', 'Patient?name=a', 'nonsense=1', '%00']],
  ['x-cascade', ['delete', 'delete; max-rounds=-1', 'none']],
  ['range', ['bytes=0-1', 'bytes=5-1', 'bytes=-', 'lines=1']],
  [
    'x-request-id',
    ['a'.repeat(3000), '<script>', 'ä'.normalize('NFD').replace(/[^\x20-\x7e]/g, '')],
  ],
  [
    'content-type',
    [
      'application/fhir+json',
      'multipart/form-data; boundary=',
      'x',
      'application/xml; charset=klingon',
    ],
  ],
];

/** Any method on any path, with any headers. */
export function urlCase(random: Random): FuzzCase {
  const segments = Array.from({ length: random.below(6) }, () => segment(random));
  const query = random.next() < 0.3 ? `?${encode(random, nasty(random))}` : '';
  const headers: Record<string, string> = {};
  for (const [name, values] of HEADERS)
    if (random.next() < 0.25) headers[name] = random.pick(values);
  return {
    family: 'url',
    method: random.pick(METHODS),
    target: `/${segments.join('/')}${query}`,
    headers,
  };
}

function segment(random: Random): string {
  return random.pick<() => string>([
    () => random.pick(TYPES),
    () => someId(random),
    () =>
      random.pick(['_history', '_search', 'metadata', '$validate', '$nonsense', '*', '.', '..']),
    () => encode(random, nasty(random)),
  ])();
}
