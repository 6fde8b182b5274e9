import type {
  Definitions,
  SearchParameterDefinition,
  SearchParameterType,
} from '../../definitions/model.ts';
import { and, or, type SearchExpression } from '../expression.ts';
import { type CompositePlan, compositePlan } from '../extract/composite-plan.ts';
import { partName } from '../index-values.ts';
import { splitUnescaped } from './escape.ts';
import { invalidValue } from './invalid-value.ts';
import type { ValueParser } from './value-context.ts';

/**
 * The reader of a composite: values of its parts with `$` between, each as under a parameter of its own; one element must
 * satisfy all.
 * @param parserOf reads the values of a kind of parameter
 * @returns undefined for a composite that cannot be indexed
 * @see https://hl7.org/fhir/R4/search.html#composite
 */
export function compositeParser(
  definitions: Definitions,
  type: string,
  definition: SearchParameterDefinition,
  parserOf: (kind: SearchParameterType) => ValueParser | undefined,
): ValueParser | undefined {
  const plan = compositePlan(definitions, type, definition);
  if (plan === undefined) return undefined;
  const parsers = plan.types.map(parserOf);
  if (!parsers.every((parser) => parser !== undefined)) return undefined;
  return (context, value) => {
    const parts = splitUnescaped(value, '$');
    if (parts.length !== parsers.length || parts.includes('')) {
      throw invalidValue(context.name, `${parsers.length} values with $ between are expected`);
    }
    const read = (number: number, param: string): SearchExpression => {
      const parser = parsers[number] as ValueParser;
      return parser({ ...context, param }, parts[number] as string);
    };
    return conditionOf(plan, read);
  };
}

function conditionOf(
  { whole, elements, indexedAs, narrowing }: CompositePlan,
  read: (part: number, param: string) => SearchExpression,
): SearchExpression {
  const ways: SearchExpression[] = [];
  if (whole !== undefined) ways.push(and(...whole.map((param, part) => read(part, param))));
  if (elements.length > 0) {
    const components = narrowing.map((_, part) => read(part, partName(indexedAs, part)));
    ways.push({ kind: 'composite', param: indexedAs, components });
  }
  // Says nothing new, but an index serves it.
  const necessary = narrowing.flatMap((param, part) =>
    param === undefined ? [] : [read(part, param)],
  );
  return elements.length > 0 ? and(...necessary, or(...ways)) : or(...ways);
}
