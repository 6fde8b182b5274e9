import type { SearchExpression } from '../expression.ts';
import { ofTypeName, typedIdentifier } from '../index-values.ts';
import { splitUnescaped, unescapeValue } from './escape.ts';
import { invalidValue } from './invalid-value.ts';
import type { ValueContext } from './value-context.ts';

/**
 * `:of-type`: system and code of the type of an identifier, and its value.
 * @throws FhirError `SEARCH_INVALID_VALUE`
 * @see https://hl7.org/fhir/R4/search.html#modifiers
 */
export function parseOfType({ name, param }: ValueContext, value: string): SearchExpression {
  const parts = splitUnescaped(value, '|').map(unescapeValue);
  const [system = '', code = '', text = ''] = parts;
  if (parts.length !== 3 || system === '' || code === '' || text === '') {
    throw invalidValue(
      name,
      'system|code|value is expected: the type of the identifier, and its value',
    );
  }
  return { kind: 'uri', param: ofTypeName(param), value: typedIdentifier(system, code, text) };
}
