import type {
  QuantityExpression,
  RangeExpression,
  ReferenceExpression,
  SearchExpression,
  StringExpression,
  TokenExpression,
} from './expression.ts';
import {
  type IndexedResource,
  normalizeString,
  type QuantityValue,
  type RangeValue,
  type ReferenceValue,
  type StringValue,
  type TokenValue,
} from './index-values.ts';
import { matchesCanonical } from './match-canonical.ts';
import { matchesUri } from './match-uri.ts';
import { compareRange } from './range.ts';

/** A condition on the values under one parameter. */
export type ValueExpression = Extract<
  SearchExpression,
  { kind: 'token' | 'reference' | 'string' | 'uri' | 'date' | 'number' | 'quantity' }
>;

/**
 * Whether any value of the resource under the parameter satisfies the condition.
 * @see https://hl7.org/fhir/R4/search.html#ptypes
 */
export function matchesValue(expression: ValueExpression, resource: IndexedResource): boolean {
  if (expression.kind === 'date' && expression.param === '_lastUpdated') {
    const instant = { low: resource.lastUpdated, high: resource.lastUpdated };
    return compareRange(expression.comparator, instant, expression, 'point');
  }
  return resource.values.some((value) => {
    if (value.param !== expression.param) return false;
    switch (expression.kind) {
      case 'token':
        return value.kind === 'token' && matchesToken(expression, value);
      case 'reference':
        return value.kind === 'reference' && matchesReference(expression, value);
      case 'string':
        return value.kind === 'string' && matchesString(expression, value);
      case 'uri':
        return value.kind === 'uri' && matchesUri(expression, value.value);
      case 'date':
      case 'number':
        return value.kind === expression.kind && matchesRange(expression, value);
      case 'quantity':
        return value.kind === 'quantity' && matchesQuantity(expression, value);
    }
  });
}

function matchesToken({ system, code }: TokenExpression, value: TokenValue): boolean {
  if (code !== undefined && code !== value.code) return false;
  if (system === undefined) return true;
  return system === null ? value.system === undefined : value.system === system;
}

function matchesReference({ type, id, url }: ReferenceExpression, value: ReferenceValue): boolean {
  if (url !== undefined) return value.url === url;
  return value.id === id && (type === undefined || value.type === type);
}

function matchesString({ mode, value: searched }: StringExpression, value: StringValue): boolean {
  switch (mode) {
    case 'exact':
      return value.value === searched;
    case 'starts':
      return normalizeString(value.value).startsWith(searched);
    case 'contains':
      return normalizeString(value.value).includes(searched);
    case 'equals':
      return normalizeString(value.value) === searched;
    case 'ends':
      return normalizeString(value.value).endsWith(searched);
  }
}

function matchesRange(expression: RangeExpression, value: RangeValue): boolean {
  return compareRange(
    expression.comparator,
    value,
    expression,
    expression.kind === 'date' ? 'interval' : 'point',
  );
}

function matchesQuantity(expression: QuantityExpression, value: QuantityValue): boolean {
  if (expression.canonical !== undefined) return matchesCanonical(expression, value);
  if (expression.system !== undefined && expression.system !== value.system) return false;
  if (expression.unit !== undefined && expression.unit !== value.unit) return false;
  return compareRange(expression.comparator, value, expression, 'point');
}
