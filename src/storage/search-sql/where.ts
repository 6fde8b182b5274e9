import { normalizeString } from '../../search/index-values.ts';
import type {
  QuantityExpression,
  ReferenceExpression,
  RangeExpression,
  SearchExpression,
  StringExpression,
} from '../../search/expression.ts';
import { rangeCondition } from '../../search/range.ts';
import { compartmentKey, patientMarker, unitKey } from '../index-keys.ts';
import { type IndexNaming, SEVERAL } from '../index-rows.ts';
import { instantSql } from './instant.ts';
import type { SqlParameters } from './parameters.ts';
import { keyOf, keysOf, mayBePatient, referenceKeyOf } from './token-keys.ts';
import { upperBound } from './upper-bound.ts';

/** What the printer needs to know beside the expression. */
export interface SearchSqlContext extends IndexNaming {
  /** Resource type of the row `r`. */
  readonly type: string;
  readonly parameters: SqlParameters;
  /** True where the rows of a patient are looked through anyway: then tokens are compared, not looked up. */
  readonly byPatient?: boolean;
}

/**
 * Prints an expression as a condition on the row `r` of `resource`. Everything in it that comes from outside becomes a
 * parameter. Tokens that must all be there become one array, so that the index intersects them in one pass.
 */
export function whereSql(expression: SearchExpression, context: SearchSqlContext): string {
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
      return tokensSql('@>', [keyOf(expression, context.type)], context);
    case 'token':
    case 'uri':
      return tokensSql('@>', [keyOf(expression, context.type)], context);
    case 'compartment':
      return compartmentSql([expression.patient], context);
    case 'string':
      return stringSql(expression, context);
    case 'date':
    case 'number':
    case 'quantity':
      return rangeSql(expression, context);
    case 'missing':
      return missingSql(expression.param, expression.missing, context);
  }
}

function andSql(operands: readonly SearchExpression[], context: SearchSqlContext): string {
  const keys = keysOf(operands, context.type);
  const rest = operands.filter((operand) => keyOf(operand, context.type) === undefined);
  const parts = rest.map((operand) => parenthesized(operand, context));
  if (keys.length > 0) parts.unshift(tokensSql('@>', keys, context));
  return parts.join(' and ');
}

function orSql(operands: readonly SearchExpression[], context: SearchSqlContext): string {
  const keys = keysOf(operands, context.type);
  const patients = operands.filter(mayBePatient);
  const compartments = operands.filter((operand) => operand.kind === 'compartment');
  const rest = operands.filter(
    (operand) =>
      operand.kind !== 'compartment' &&
      !mayBePatient(operand) &&
      keyOf(operand, context.type) === undefined,
  );
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
  if (keys.length > 0) parts.unshift(tokensSql('&&', keys, context));
  return parts.length === 1 ? (parts[0] as string) : `(${parts.join(' or ')})`;
}

function parenthesized(operand: SearchExpression, context: SearchSqlContext): string {
  return `(${whereSql(operand, context)})`;
}

function tokensSql(
  operator: '@>' | '&&',
  keys: readonly (string | undefined)[],
  { hash, parameters, byPatient }: SearchSqlContext,
): string {
  const hashes = keys.map((key) => hash(key as string));
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
  const { type, paramKey, parameters } = context;
  const marker = parameters.add(paramKey(type, patientMarker(param)), 'integer');
  const named = patientSql(
    references.map(({ id }) => id),
    context,
  );
  const keys = references.map((reference) => referenceKeyOf(reference, type));
  return `((${named} and ${marker} = any(r.params)) or ${tokensSql('&&', keys, context)})`;
}

function compartmentSql(patients: readonly string[], context: SearchSqlContext): string {
  const several = tokensSql('&&', patients.map(compartmentKey), context);
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
  const param = parameters.add(context.paramKey(context.type, expression.param), 'integer');
  const conditions = [`x.param = ${param}`, conditionSql(expression, 'x.', parameters)];
  if (expression.kind === 'quantity' && expression.unit !== undefined) {
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
