import { and, not, or, type SearchExpression, type StringExpression } from '../expression.ts';
import { normalizeString } from '../index-values.ts';
import { parseChain } from './chain.ts';
import { escapeValue } from './escape.ts';
import { type Filter, type FilterComparison, parseFilterGrammar } from './filter-grammar.ts';
import { invalidFilter } from './filter-tokens.ts';
import { MAX_STRING_LENGTH } from './limits.ts';
import type { Surroundings } from './surroundings.ts';
import { checkValueText } from './value-text.ts';

/** Reads one parameter with one value, as in a search. */
export type ParameterReader = (
  surroundings: Surroundings,
  type: string,
  name: string,
  values: readonly string[],
  depth: number,
) => SearchExpression;

/** Operators that a text is compared by, and how. */
const TEXT_MODES: Readonly<Partial<Record<string, StringExpression['mode']>>> = {
  eq: 'equals',
  co: 'contains',
  sw: 'starts',
  ew: 'ends',
};

/** Operators that are a prefix of an ordered value. */
const PREFIXES: ReadonlySet<string> = new Set(['gt', 'lt', 'ge', 'le', 'ap', 'sa', 'eb']);

/** Operators that are a modifier of a token. */
const MODIFIERS: Readonly<Partial<Record<string, string>>> = {
  ss: 'above',
  sb: 'below',
  in: 'in',
  ni: 'not-in',
};

const ORDERED: ReadonlySet<string> = new Set(['date', 'number', 'quantity']);

/**
 * Reads `_filter` into the same tree as all other parameters, so that policies hold for it and chains in it alike. `ne`
 * finds what has a value and none that is equal.
 * @param read reads a single parameter
 * @throws FhirError `SEARCH_INVALID_FILTER` and those of `read`
 * @see https://hl7.org/fhir/R4/search_filter.html
 */
export function parseFilter(
  surroundings: Surroundings,
  type: string,
  text: string,
  read: ParameterReader,
): SearchExpression {
  checkValueText('_filter', text);
  const compile = (of: string, filter: Filter, depth: number): SearchExpression => {
    switch (filter.kind) {
      case 'and':
        return and(compile(of, filter.left, depth), compile(of, filter.right, depth));
      case 'or':
        return or(compile(of, filter.left, depth), compile(of, filter.right, depth));
      case 'not':
        return not(compile(of, filter.operand, depth));
      case 'compare':
        return path(of, filter, 0, depth);
    }
  };
  const path = (
    of: string,
    comparison: FilterComparison,
    index: number,
    depth: number,
  ): SearchExpression => {
    const step = comparison.path[index];
    if (step === undefined || index === comparison.path.length - 1)
      return compare(surroundings, of, step?.name ?? '', comparison, depth, read);
    return parseChain(surroundings, of, `${step.name}.`, depth, (target, _rest, hops) =>
      and(
        step.condition === undefined ? { kind: 'all' } : compile(target, step.condition, hops),
        path(target, comparison, index + 1, hops),
      ),
    );
  };
  return compile(type, parseFilterGrammar(text), 0);
}

function compare(
  surroundings: Surroundings,
  type: string,
  name: string,
  { operator, value, quoted, position }: FilterComparison,
  depth: number,
  read: ParameterReader,
): SearchExpression {
  const parse = (parameter: string, text: string): SearchExpression =>
    read(surroundings, type, parameter, [text], depth);
  const kind = kindOf(surroundings, type, name);
  // What is not in quotes may be system|code or a quantity with a unit; what is, is nothing but text.
  const escaped =
    quoted && kind === 'string' ? escapeValue(value) : value.replace(/[\\,$]/g, '\\$&');
  if (operator === 'pr') return parse(`${name}:missing`, presence(value, position));
  if (operator === 'ne') {
    if (ORDERED.has(kind ?? '')) return parse(name, `ne${escaped}`);
    return and(
      parse(`${name}:missing`, 'false'),
      not(
        compare(
          surroundings,
          type,
          name,
          { kind: 'compare', path: [], operator: 'eq', value, quoted, position },
          depth,
          read,
        ),
      ),
    );
  }
  const mode = TEXT_MODES[operator];
  if (kind === 'string') {
    if (mode === undefined) throw invalidFilter(position, `${operator} does not compare texts`);
    return textExpression(parse(name, escaped), mode, value, position);
  }
  if (operator === 'eq') return parse(name, ORDERED.has(kind ?? '') ? `eq${escaped}` : escaped);
  const modifier = MODIFIERS[operator];
  if (modifier !== undefined) return parse(`${name}:${modifier}`, escaped);
  if (operator === 'po' && kind === 'date') {
    const overlap = parse(name, `eq${escaped}`);
    return overlap.kind === 'date' ? { ...overlap, comparator: 'ap' } : overlap;
  }
  if (PREFIXES.has(operator) && ORDERED.has(kind ?? '')) return parse(name, operator + escaped);
  throw invalidFilter(position, `${operator} does not compare ${kind ?? 'this'}`);
}

/** Type of the parameter; undefined where it does not exist, which reading it will say. */
function kindOf({ definitions }: Surroundings, type: string, name: string): string | undefined {
  return name === '_lastUpdated' ? 'date' : definitions.searchParameters(type).get(name)?.type;
}

function presence(value: string, position: number): string {
  if (value !== 'true' && value !== 'false')
    throw invalidFilter(position, 'pr is followed by true or false');
  return value === 'true' ? 'false' : 'true';
}

/** The parameter has been read as a search of its own; only the way of comparing is another. */
function textExpression(
  read: SearchExpression,
  mode: StringExpression['mode'],
  value: string,
  position: number,
): SearchExpression {
  if (read.kind !== 'string') return read;
  const text = normalizeString(value);
  if (text === '' || text.length > MAX_STRING_LENGTH)
    throw invalidFilter(position, 'the text is empty or too long');
  return { kind: 'string', param: read.param, mode, value: text };
}
