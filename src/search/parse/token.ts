import { or, type SearchExpression } from '../expression.ts';
import type { ParameterElements } from '../extract/element-types.ts';
import { splitUnescaped, unescapeValue } from './escape.ts';
import { invalidValue } from './invalid-value.ts';
import { parseOfType } from './token-of-type.ts';
import { parseTokenText } from './token-text.ts';
import type { ValueContext } from './value-context.ts';

/**
 * `code`, `system|code`, `|code` or `system|`; with a modifier words (`:text`) or an identifier with its type
 * (`:of-type`). Codes and systems are compared exactly, as in the database index.
 * @throws FhirError `SEARCH_INVALID_VALUE`
 * @see https://hl7.org/fhir/R4/search.html#token
 */
export function parseToken(
  context: ValueContext,
  value: string,
  elements?: ParameterElements,
): SearchExpression {
  if (context.modifier === 'text') return parseTokenText(context, value);
  if (context.modifier === 'of-type') return parseOfType(context, value);
  const { name, param } = context;
  const parts = splitUnescaped(value, '|').map(unescapeValue);
  const [first = '', second] = parts;
  if (parts.length > 2) throw invalidValue(name, 'a | in a system or code is written \\|');
  if (second === undefined) return { kind: 'token', param, code: first };
  if (first === '' && second === '') throw invalidValue(name, 'system, code or both are expected');
  const implied = elements?.impliedSystems.has(first) === true;
  if (second === '') {
    const ofSystem: SearchExpression = { kind: 'token', param, system: first };
    const any = implied && elements.onlyImplied;
    return any ? or(ofSystem, { kind: 'missing', param, missing: false }) : ofSystem;
  }
  const token: SearchExpression = {
    kind: 'token',
    param,
    system: first === '' ? null : first,
    code: second,
  };
  // A plain code does not say its system, but the definition of its element does.
  return implied ? or(token, { kind: 'token', param, system: null, code: second }) : token;
}
