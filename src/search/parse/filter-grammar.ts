import { type FilterToken, filterTokens, invalidFilter } from './filter-tokens.ts';
import { MAX_FILTER_COMPARISONS, MAX_FILTER_DEPTH } from './limits.ts';

/** A `_filter`, read but not yet understood: names and values are as they stand. */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly left: Filter; readonly right: Filter }
  | { readonly kind: 'not'; readonly operand: Filter }
  | FilterComparison;

/** `path op value`. */
export interface FilterComparison {
  readonly kind: 'compare';
  readonly path: readonly FilterStep[];
  readonly operator: FilterOperator;
  readonly value: string;
  /** True for a value in quotes. */
  readonly quoted: boolean;
  /** Position of the path, from 1. */
  readonly position: number;
}

/** One name of a path, with the condition on what it leads to: `subject[active eq true]`. */
export interface FilterStep {
  readonly name: string;
  readonly condition?: Filter;
}

const OPERATORS = [
  ...['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'lt', 'ge', 'le', 'ap', 'sa', 'eb', 'pr', 'po'],
  ...['ss', 'sb', 'in', 'ni'],
] as const;

/** Operator of a comparison. @see https://hl7.org/fhir/R4/search_filter.html#ops */
export type FilterOperator = (typeof OPERATORS)[number];

const NAME = /^[A-Za-z_][A-Za-z0-9_:-]{0,127}$/;

/**
 * Reads the grammar of `_filter`. `and` and `or` have no precedence: they are read from left to right, as R4 says.
 * @throws FhirError `SEARCH_INVALID_FILTER`
 * @see https://hl7.org/fhir/R4/search_filter.html
 */
export function parseFilterGrammar(text: string): Filter {
  const tokens = filterTokens(text);
  const end = text.length + 1;
  let at = 0;
  let comparisons = 0;

  const filter = readFilter(0);
  const left = tokens[at];
  if (left !== undefined) throw invalidFilter(left.position, 'and, or or the end is expected');
  return filter;

  function readFilter(depth: number): Filter {
    if (depth > MAX_FILTER_DEPTH) {
      throw invalidFilter(tokens[at]?.position ?? end, 'there are too many brackets in each other');
    }
    let filter = readOperand(depth);
    for (let next = tokens[at]; isWord(next, 'and') || isWord(next, 'or'); next = tokens[at]) {
      at += 1;
      filter = {
        kind: next?.text === 'and' ? 'and' : 'or',
        left: filter,
        right: readOperand(depth),
      };
    }
    return filter;
  }

  function readOperand(depth: number): Filter {
    const negated = isWord(tokens[at], 'not') && isSymbol(tokens[at + 1], '(');
    if (negated) at += 1;
    if (isSymbol(tokens[at], '(')) {
      at += 1;
      const inner = readFilter(depth + 1);
      expectSymbol(')');
      return negated ? { kind: 'not', operand: inner } : inner;
    }
    return readComparison(depth);
  }

  function readComparison(depth: number): FilterComparison {
    comparisons += 1;
    const position = tokens[at]?.position ?? end;
    if (comparisons > MAX_FILTER_COMPARISONS) throw invalidFilter(position, 'it compares too much');
    const path = readPath(depth);
    const operator = tokens[at];
    const known = OPERATORS.find((name) => isWord(operator, name));
    if (known === undefined) {
      throw invalidFilter(operator?.position ?? end, `one of ${OPERATORS.join(', ')} is expected`);
    }
    at += 1;
    const value = tokens[at];
    if (value === undefined || value.kind === 'symbol')
      throw invalidFilter(value?.position ?? end, 'a value is expected');
    at += 1;
    const quoted = value.kind === 'string';
    return { kind: 'compare', path, operator: known, value: value.text, quoted, position };
  }

  function readPath(depth: number): readonly FilterStep[] {
    const steps: FilterStep[] = [];
    for (;;) {
      const word = tokens[at];
      if (word?.kind !== 'word')
        throw invalidFilter(word?.position ?? end, 'the name of a search parameter is expected');
      at += 1;
      const names = (steps.length === 0 ? word.text : word.text.slice(1)).split('.');
      for (const name of names) {
        if (!NAME.test(name))
          throw invalidFilter(word.position, 'this is not the path of a search parameter');
        steps.push({ name });
      }
      if (!isSymbol(tokens[at], '[')) return steps;
      at += 1;
      const condition = readFilter(depth + 1);
      expectSymbol(']');
      const last = steps.pop();
      if (last !== undefined) steps.push({ ...last, condition });
      const next = tokens[at];
      if (next?.kind !== 'word' || !next.text.startsWith('.')) {
        throw invalidFilter(next?.position ?? end, 'a dot and the rest of the path are expected');
      }
    }
  }

  function expectSymbol(symbol: string): void {
    if (!isSymbol(tokens[at], symbol))
      throw invalidFilter(tokens[at]?.position ?? end, `${symbol} is expected`);
    at += 1;
  }
}

function isWord(token: FilterToken | undefined, text: string): boolean {
  return token?.kind === 'word' && token.text === text;
}

function isSymbol(token: FilterToken | undefined, text: string): boolean {
  return token?.kind === 'symbol' && token.text === text;
}
