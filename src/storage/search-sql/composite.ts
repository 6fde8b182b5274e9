import type { Comparator, CompositeExpression, SearchExpression } from '../../search/expression.ts';
import { normalizeString, partName } from '../../search/index-values.ts';
import { rangeCondition } from '../../search/range.ts';
import { canonicalUnitKey, unitKey } from '../index-keys.ts';
import type { SearchSqlContext } from './context.ts';
import { tokenOf } from './token-keys.ts';
import { referenceToken } from './token-keys.ts';

/**
 * Prints a composite: one element of the column `parts` satisfies all of its parts. The elements of a row are few; which
 * rows are looked at is said by what stands beside the composite.
 */
export function compositeSql(
  { param, components }: CompositeExpression,
  context: SearchSqlContext,
): string {
  const { parameters, paramKey, type } = context;
  const conditions = components.map((component, part) =>
    partSql(component, String(part), partName(param, part), context),
  );
  const number = parameters.add(paramKey(type, param), 'integer');
  // One scan for each element: a row without elements has null.
  return `exists (select 1 from jsonb_array_elements(r.parts) e
    where (e ->> 'p')::integer = ${number} and ${conditions.join(' and ')})`;
}

function partSql(
  expression: SearchExpression,
  part: string,
  name: string,
  context: SearchSqlContext,
): string {
  const inner = (operand: SearchExpression): string => partSql(operand, part, name, context);
  switch (expression.kind) {
    case 'and':
      return `(${expression.operands.map(inner).join(' and ')})`;
    case 'or':
      return `(${expression.operands.map(inner).join(' or ')})`;
    case 'token':
    case 'uri':
    case 'reference': {
      const token =
        expression.kind === 'reference'
          ? referenceToken(expression, context.type, context.hash)
          : tokenOf(expression, context.type, context.hash);
      if (token === undefined) break;
      return hasToken("e -> 't'", token, context);
    }
    case 'date':
    case 'number':
    case 'quantity':
      return intervalSql(expression, part, context);
    case 'string':
      return textSql(expression, part, context);
    default:
      break;
  }
  throw new TypeError(`A part of a composite cannot be searched by ${expression.kind}`);
}

function hasToken(list: string, token: bigint, { parameters }: SearchSqlContext): string {
  return `${list} @> to_jsonb(${parameters.add(token, 'bigint')})`;
}

function intervalSql(
  expression: Extract<SearchExpression, { kind: 'date' | 'number' | 'quantity' }>,
  part: string,
  context: SearchSqlContext,
): string {
  const { parameters, hash } = context;
  const stored = expression.kind === 'date' ? 'interval' : 'point';
  const ends = comparison(expression, stored, (value) => parameters.add(value, 'float8'));
  const conditions = [ends];
  let list = 'v';
  if (expression.kind === 'quantity' && expression.canonical !== undefined) {
    list = 'c';
    conditions.push(hasToken('q -> 2', hash(canonicalUnitKey(expression.canonical)), context));
  } else if (expression.kind === 'quantity' && expression.unit !== undefined) {
    conditions.push(hasToken('q -> 2', hash(unitKey(expression.unit, expression.system)), context));
  }
  return `exists (select 1 from jsonb_array_elements(e -> '${list}' -> '${part}') q where ${conditions.join(' and ')})`;
}

function comparison(
  {
    comparator,
    low,
    high,
  }: { readonly comparator: Comparator; readonly low: number; readonly high: number },
  stored: 'interval' | 'point',
  add: (value: number) => string,
): string {
  const alternatives = rangeCondition(comparator, low, high, stored).map((all) =>
    all
      .map(
        ({ column, op, value }) =>
          `(q ->> ${column === 'low' ? '0' : '1'})::float8 ${op} ${add(value)}`,
      )
      .join(' and '),
  );
  return `(${alternatives.map((one) => `(${one})`).join(' or ')})`;
}

function textSql(
  { mode, value }: Extract<SearchExpression, { kind: 'string' }>,
  part: string,
  { parameters }: SearchSqlContext,
): string {
  const text = (of: string): string => parameters.add(of, 'text');
  const condition =
    mode === 'exact'
      ? `q ->> 0 = ${text(normalizeString(value))} and q ->> 1 = ${text(value)}`
      : mode === 'starts'
        ? `starts_with(q ->> 0, ${text(value)})`
        : `position(${text(value)} in q ->> 0) > 0`;
  return `exists (select 1 from jsonb_array_elements(e -> 'v' -> '${part}') q where ${condition})`;
}
