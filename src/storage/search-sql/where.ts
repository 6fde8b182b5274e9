import { normalizeString } from '../../search/index-values.ts';
import type {
  QuantityExpression,
  ReferenceExpression,
  RangeExpression,
  SearchExpression,
  StringExpression,
} from '../../search/expression.ts';
import { rangeCondition } from '../../search/range.ts';
import {
  canonicalName,
  canonicalUnitKey,
  compartmentKey,
  patientMarker,
  unitKey,
} from '../index-keys.ts';
import { SEVERAL } from '../index-rows.ts';
import { belowSql } from './below.ts';
import { byCovering } from './covered.ts';
import { compositeSql } from './composite.ts';
import { instantSql } from './instant.ts';
import type { SqlParameters } from './parameters.ts';
import type { SearchSqlContext } from './context.ts';
import { linkSql, wholeChainSql } from './linked.ts';
import { mayBePatient, referenceToken, tokenOf } from './token-keys.ts';
import { textSql } from './text.ts';
import { tokenTextSql } from './token-text.ts';
import { upperBound } from './upper-bound.ts';

export type { SearchSqlContext };

/**
 * Prints an expression as a condition on the row `r` of `resource`. Everything in it that comes from outside becomes a
 * parameter. Tokens that must all be there become one array, so that the index intersects them in one pass.
 */
export function whereSql(asked: SearchExpression, context: SearchSqlContext): string {
  const expression = byCovering(asked, context.chief.covered(context.type));
  switch (expression.kind) {
    case 'all':
      return 'true';
    case 'none':
      return 'false';
    case 'and':
      return andSql(expression.operands, context);
    case 'or':
      return orSql(expression.operands, context);
    case 'not':
      return `not (${whereSql(expression.operand, context)})`;
    case 'id':
      return `r.id = any(${context.parameters.add(expression.ids, 'text[]')})`;
    case 'reference':
      if (mayBePatient(expression))
        return patientReferenceSql(expression.param, [expression], context);
      return tokensSql('@>', withoutTokens([expression], context).tokens, context);
    case 'uri':
      if (expression.mode === 'below') return belowSql(expression, context);
      return tokensSql('@>', withoutTokens([expression], context).tokens, context);
    case 'token':
      return tokensSql('@>', withoutTokens([expression], context).tokens, context);
    case 'chain':
    case 'has':
      return linkSql(expression, context, whereSql);
    case 'token-set':
      throw new TypeError('A value set is resolved before it becomes SQL');
    case 'compartment':
      return compartmentSql([expression.patient], context);
    case 'string':
      return stringSql(expression, context);
    case 'date':
    case 'number':
    case 'quantity':
      return rangeSql(expression, context);
    case 'composite':
      return compositeSql(expression, context);
    case 'token-text':
      return tokenTextSql(expression, context);
    case 'text':
      return textSql(expression, context);
    case 'missing':
      return missingSql(expression.param, expression.missing, context);
  }
}

/**
 * Prints an expression of which all matches are wanted and not only the first ones, as a condition on the row `r`: the
 * chains that all of them satisfy are joined rather than asked of each row.
 */
export function wholeSql(expression: SearchExpression, context: SearchSqlContext): string {
  const print = (operand: SearchExpression): string =>
    operand.kind === 'chain'
      ? wholeChainSql(operand, context, whereSql)
      : whereSql(operand, context);
  return expression.kind === 'and'
    ? andSql(expression.operands, context, print)
    : print(expression);
}

function andSql(
  asked: readonly SearchExpression[],
  context: SearchSqlContext,
  print: (operand: SearchExpression) => string = (operand) => whereSql(operand, context),
): string {
  const covered = context.chief.covered(context.type);
  const operands = asked.map((operand) => byCovering(operand, covered));
  const { tokens, rest } = withoutTokens(operands, context);
  const parts = fenced(rest.map(print));
  if (tokens.length > 0) parts.unshift(tokensSql('@>', tokens, context));
  return parts.join(' and ');
}

/** Conditions on other tables that the planner may turn into joins. */
const JOINED = 8;

/**
 * Puts a fence around all but the first conditions on other tables. The planner tries the orders of what it may join, so
 * that a hundred conditions would take it seconds; behind `is true` it leaves each as it is.
 */
function fenced(parts: readonly string[]): string[] {
  let joined = 0;
  return parts.map((part) => {
    if (part.includes('exists (')) joined += 1;
    return joined > JOINED && part.includes('exists (') ? `(${part}) is true` : `(${part})`;
  });
}

function orSql(asked: readonly SearchExpression[], context: SearchSqlContext): string {
  const covered = context.chief.covered(context.type);
  const operands = asked.flatMap((operand) => {
    const expanded = byCovering(operand, covered);
    return expanded.kind === 'or' ? expanded.operands : [expanded];
  });
  const { tokens, rest: others } = withoutTokens(operands, context);
  const patients = others.filter(mayBePatient);
  const compartments = others.filter((operand) => operand.kind === 'compartment');
  const rest = others.filter((operand) => operand.kind !== 'compartment' && !mayBePatient(operand));
  const parts = rest.map((operand) => parenthesized(operand, context));
  for (const [param, references] of Map.groupBy(patients, (reference) => reference.param)) {
    parts.unshift(patientReferenceSql(param, references, context));
  }
  if (compartments.length > 0) {
    parts.unshift(
      compartmentSql(
        compartments.map(({ patient }) => patient),
        context,
      ),
    );
  }
  // Alternatives are tried as they stand: first those that the row itself answers.
  parts.sort((a, b) => Number(a.includes('select ')) - Number(b.includes('select ')));
  if (tokens.length > 0) parts.unshift(tokensSql('&&', tokens, context));
  return parts.length === 1 ? (parts[0] as string) : `(${parts.join(' or ')})`;
}

function parenthesized(operand: SearchExpression, context: SearchSqlContext): string {
  return `(${whereSql(operand, context)})`;
}

/** Operands that are single tokens, as tokens, and the rest. */
function withoutTokens(
  operands: readonly SearchExpression[],
  { type, hash }: SearchSqlContext,
): { readonly tokens: readonly bigint[]; readonly rest: readonly SearchExpression[] } {
  const tokens: bigint[] = [];
  const rest: SearchExpression[] = [];
  for (const operand of operands) {
    const token = tokenOf(operand, type, hash);
    if (token === undefined) rest.push(operand);
    else tokens.push(token);
  }
  return { tokens, rest };
}

function tokensSql(
  operator: '@>' | '&&',
  hashes: readonly bigint[],
  { parameters, byPatient }: Pick<SearchSqlContext, 'parameters' | 'byPatient'>,
): string {
  // The empty array hides the column from the index of tokens: combining that with the few rows of a patient costs more
  // than looking at them, and the planner cannot know.
  const tokens = byPatient === true ? "(r.tokens || '{}')" : 'r.tokens';
  return `${tokens} ${operator} ${parameters.add(`{${hashes.join(',')}}`, 'bigint[]')}`;
}

/** The one patient of a row stands in its column; any other is found by its key. */
function patientReferenceSql(
  param: string,
  references: readonly (ReferenceExpression & { readonly id: string })[],
  context: SearchSqlContext,
): string {
  const { type, hash, paramKey, parameters } = context;
  const marker = parameters.add(paramKey(type, patientMarker(param)), 'integer');
  const named = patientSql(
    references.map(({ id }) => id),
    context,
  );
  const tokens = references.map((reference) => referenceToken(reference, type, hash));
  return `((${named} and ${marker} = any(r.params)) or ${tokensSql('&&', tokens, context)})`;
}

function compartmentSql(patients: readonly string[], context: SearchSqlContext): string {
  const keys = patients.map((patient) => context.hash(compartmentKey(patient)));
  const several = tokensSql('&&', keys, context);
  return `(${patientSql(patients, context)} or (r.patient is not null and r.patient = ${String(SEVERAL)} and ${several}))`;
}

/** A row without a patient answers false, not unknown: a negation has to find it. */
function patientSql(patients: readonly string[], { hash, parameters }: SearchSqlContext): string {
  const hashes = patients.map((patient) => hash(compartmentKey(patient)));
  const listed = parameters.add(`{${hashes.join(',')}}`, 'bigint[]');
  return `(r.patient is not null and r.patient = any(${listed}))`;
}

function stringSql(expression: StringExpression, context: SearchSqlContext): string {
  const { parameters } = context;
  const param = parameters.add(context.paramKey(context.type, expression.param), 'integer');
  const conditions: string[] = [];
  switch (expression.mode) {
    case 'exact': {
      const normalized = normalizeString(expression.value);
      conditions.push(`x.value = ${parameters.add(normalized, 'text')}`);
      conditions.push(`coalesce(x.exact, x.value) = ${parameters.add(expression.value, 'text')}`);
      break;
    }
    case 'starts': {
      conditions.push(`x.value >= ${parameters.add(expression.value, 'text')}`);
      conditions.push(`x.value < ${parameters.add(upperBound(expression.value), 'text')}`);
      break;
    }
    case 'equals':
      conditions.push(`x.value = ${parameters.add(expression.value, 'text')}`);
      break;
    case 'ends': {
      const value = parameters.add(expression.value, 'text');
      conditions.push(`right(x.value, length(${value})) = ${value}`);
      break;
    }
    case 'contains':
      conditions.push(`position(${parameters.add(expression.value, 'text')} in x.value) > 0`);
      break;
  }
  return exists('resource_string', [`x.param = ${param}`, ...conditions]);
}

function rangeSql(
  expression: RangeExpression | QuantityExpression,
  context: SearchSqlContext,
): string {
  const { parameters } = context;
  if (expression.param === '_lastUpdated') return lastUpdatedSql(expression, context);
  if (expression.kind === 'date' && expression.param === context.chief.date(context.type)) {
    return `(r.date_high is not null and ${conditionSql(expression, 'r.date_', parameters)})`;
  }
  const canonical = expression.kind === 'quantity' ? expression.canonical : undefined;
  const stored = canonical === undefined ? expression.param : canonicalName(expression.param);
  const param = parameters.add(context.paramKey(context.type, stored), 'integer');
  const conditions = [`x.param = ${param}`, conditionSql(expression, 'x.', parameters)];
  if (canonical !== undefined) {
    conditions.push(
      `x.unit = ${parameters.add(context.hash(canonicalUnitKey(canonical)), 'bigint')}`,
    );
  } else if (expression.kind === 'quantity' && expression.unit !== undefined) {
    const unit = context.hash(unitKey(expression.unit, expression.system));
    conditions.push(`x.unit = ${parameters.add(unit, 'bigint')}`);
  }
  return exists('resource_range', conditions);
}

function lastUpdatedSql(
  expression: RangeExpression | QuantityExpression,
  { parameters }: SearchSqlContext,
): string {
  const { comparator, low, high } = expression;
  return anyOf(
    rangeCondition(comparator, low, high, 'point').map((conditions) =>
      conditions.map(({ op, value }) => instantSql('r.last_updated', op, value, parameters)),
    ),
  );
}

function conditionSql(
  expression: RangeExpression | QuantityExpression,
  prefix: 'x.' | 'r.date_',
  parameters: SqlParameters,
): string {
  const { kind, comparator, low, high } = expression;
  return anyOf(
    rangeCondition(comparator, low, high, kind === 'date' ? 'interval' : 'point').map(
      (conditions) =>
        conditions.map(
          ({ column, op, value }) => `${prefix}${column} ${op} ${parameters.add(value, 'float8')}`,
        ),
    ),
  );
}

function anyOf(alternatives: readonly (readonly string[])[]): string {
  return `(${alternatives.map((conditions) => `(${conditions.join(' and ')})`).join(' or ')})`;
}

function missingSql(name: string, missing: boolean, context: SearchSqlContext): string {
  if (name === context.chief.date(context.type))
    return `r.date_high is ${missing ? '' : 'not '}null`;
  const param = context.parameters.add(context.paramKey(context.type, name), 'integer');
  const present = [
    `${param} = any(r.params)`,
    exists('resource_range', [`x.param = ${param}`]),
    exists('resource_string', [`x.param = ${param}`]),
  ].join(' or ');
  return missing ? `not (${present})` : `(${present})`;
}

function exists(table: string, conditions: readonly string[]): string {
  return `exists (select 1 from ${table} x where x.rid = r.rid and ${conditions.join(' and ')})`;
}
