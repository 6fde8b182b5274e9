import type { SearchExpression } from '../expression.ts';
import { unescapeValue } from './escape.ts';
import type { ValueContext } from './value-context.ts';

/**
 * A uri, compared exactly, case and trailing slash included.
 * @see https://hl7.org/fhir/R4/search.html#uri
 */
export function parseUri({ param }: ValueContext, value: string): SearchExpression {
  return { kind: 'uri', param, value: unescapeValue(value) };
}
