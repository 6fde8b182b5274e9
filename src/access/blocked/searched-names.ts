import type { ChainExpression, HasExpression, SearchExpression } from '../../search/expression.ts';
import { COMPARTMENT } from './rule-blocks.ts';
import { missingName, type SearchedName, textName } from './searched-name.ts';

/** A condition that holds no other condition. */
export type LeafExpression = Exclude<
  SearchExpression,
  { readonly kind: 'all' | 'none' | 'and' | 'or' | 'not' } | ChainExpression | HasExpression
>;

/** What a condition asks of which parameter. The parts of a composite are asked under its name. */
export function searchedName(leaf: LeafExpression): SearchedName {
  switch (leaf.kind) {
    case 'id':
      return '_id';
    case 'compartment':
      return COMPARTMENT;
    case 'text':
      return leaf.scope;
    case 'token-text':
      return textName(leaf.param);
    case 'missing':
      return missingName(leaf.param);
    case 'token':
    case 'token-set':
    case 'reference':
    case 'string':
    case 'uri':
    case 'date':
    case 'number':
    case 'quantity':
    case 'composite':
      return leaf.param;
  }
}

/** What an expression asks of the resource itself; what stands behind links is asked of others. */
export function searchedNames(expression: SearchExpression): readonly SearchedName[] {
  switch (expression.kind) {
    case 'all':
    case 'none':
      return [];
    case 'and':
    case 'or':
      return expression.operands.flatMap(searchedNames);
    case 'not':
      return searchedNames(expression.operand);
    case 'chain':
      return [expression.param];
    case 'has':
      return [];
    default:
      return [searchedName(expression)];
  }
}
