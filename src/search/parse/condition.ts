import type { Definitions } from '../../definitions/model.ts';
import { not, or, type SearchExpression } from '../expression.ts';
import { unknownModifier } from './invalid-value.ts';
import { parseMissing } from './missing.ts';
import { isModifier } from './modifier.ts';
import type { ParameterName } from './parameter-name.ts';
import type { Searchable } from './searchable.ts';
import { isSetModifier, parseTokenSet } from './token-set.ts';
import type { ValueContext } from './value-context.ts';

/**
 * Reads one parameter with its alternatives: any of them. `:not` negates the whole, so that resources without a value
 * match it too.
 * @throws FhirError `SEARCH_UNKNOWN_MODIFIER`, `SEARCH_INVALID_VALUE`
 * @see https://hl7.org/fhir/R4/search.html#combining
 */
export function parseCondition(
  surroundings: {
    readonly definitions: Definitions;
    readonly baseUrls: readonly string[];
    readonly codeSets?: boolean;
  },
  name: ParameterName,
  searchable: Searchable,
  values: readonly string[],
): SearchExpression {
  const { modifier } = name;
  const context: ValueContext = { ...surroundings, name: name.text, param: searchable.code };
  if (modifier === undefined) return anyOf(searchable, context, values);
  if (modifier === 'missing') {
    if (searchable.missing === 'refused') throw unknownModifier(name.code, modifier);
    return or(...values.map((value) => parseMissing(context, searchable, value)));
  }
  const sets = searchable.type === 'token' && searchable.missing === 'value';
  if (sets && isSetModifier(modifier) && surroundings.codeSets === true) {
    return parseTokenSet(context, modifier, values);
  }
  if (!isModifier(surroundings.definitions, searchable, modifier)) {
    throw unknownModifier(name.code, modifier);
  }
  if (modifier === 'not') return not(anyOf(searchable, context, values));
  return anyOf(searchable, { ...context, modifier }, values);
}

function anyOf(
  searchable: Searchable,
  context: ValueContext,
  values: readonly string[],
): SearchExpression {
  return or(...values.map((value) => searchable.parse(context, value)));
}
