import { or, type SearchExpression } from '../expression.ts';
import { MAX_URL_STEPS, urlAncestors, withoutSlash } from '../url-ancestors.ts';
import { unescapeValue } from './escape.ts';
import { invalidValue } from './invalid-value.ts';
import type { ValueContext } from './value-context.ts';

const URL = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/]/;

/**
 * A uri, compared exactly, case and trailing slash included. `:below` also finds URLs whose path goes on from it, `:above`
 * those from which its own path goes on; they look at whole steps of the path.
 * @throws FhirError `SEARCH_INVALID_VALUE`
 * @see https://hl7.org/fhir/R4/search.html#uri
 */
export function parseUri({ name, param, modifier }: ValueContext, value: string): SearchExpression {
  const uri = unescapeValue(value);
  if (modifier === undefined) return { kind: 'uri', param, value: uri };
  if (!URL.test(uri)) throw invalidValue(name, `:${modifier} is for URLs with a host`);
  const ancestors = urlAncestors(uri);
  if (ancestors.length > MAX_URL_STEPS) {
    throw invalidValue(name, `:${modifier} looks at ${MAX_URL_STEPS} steps of a path at most`);
  }
  if (modifier === 'below') return { kind: 'uri', param, value: withoutSlash(uri), mode: 'below' };
  const spelled = ancestors.flatMap((ancestor) => [ancestor, `${ancestor}/`]);
  return or(
    ...[...new Set([uri, ...spelled])].map((one) => ({ kind: 'uri', param, value: one }) as const),
  );
}
