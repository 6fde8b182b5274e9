import { not, or, type SearchExpression, type TokenSetExpression } from '../expression.ts';
import { splitUnescaped, unescapeValue } from './escape.ts';
import { invalidValue } from './invalid-value.ts';
import type { ValueContext } from './value-context.ts';

const RELATIONS: Readonly<Record<string, TokenSetExpression['relation']>> = {
  in: 'in',
  'not-in': 'in',
  above: 'above',
  below: 'below',
};

/** True for the modifiers of a token that ask for a value set or a hierarchy. */
export function isSetModifier(modifier: string): boolean {
  return Object.hasOwn(RELATIONS, modifier);
}

/**
 * Reads the values of `:in` and `:not-in` (a value set, by its canonical or as `ValueSet/id`) and of `:above` and `:below`
 * (`system|code`). `:not-in` also finds resources without a value, as `:not` does.
 * @throws FhirError `SEARCH_INVALID_VALUE`
 * @see https://hl7.org/fhir/R4/search.html#modifiers
 */
export function parseTokenSet(
  { name, param }: ValueContext,
  modifier: string,
  values: readonly string[],
): SearchExpression {
  const relation = RELATIONS[modifier] ?? 'in';
  const among = or(
    ...values.map((value): SearchExpression => {
      const parts = splitUnescaped(value, '|').map(unescapeValue);
      const whole = parts.join('|');
      if (relation === 'in') return { kind: 'token-set', param, relation, value: whole };
      const [system = '', code = ''] = parts;
      if (parts.length !== 2 || system === '' || code === '') {
        throw invalidValue(name, 'system|code is expected');
      }
      return { kind: 'token-set', param, relation, system, value: code };
    }),
  );
  return modifier === 'not-in' ? not(among) : among;
}
