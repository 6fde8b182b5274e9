import { and, type IdExpression, NONE, or, type SearchExpression } from '../expression.ts';
import { rewriteOperands } from './rewrite-operands.ts';

/** Makes one id list of several: the intersection in a conjunction, the union in a disjunction. */
export function mergeIds(expression: SearchExpression): SearchExpression {
  const merged = rewriteOperands(expression, mergeIds);
  if (merged.kind === 'id') return idsOf(merged.ids);
  if (merged.kind !== 'and' && merged.kind !== 'or') return merged;
  const lists = merged.operands.filter((operand) => operand.kind === 'id');
  if (lists.length < 2) return merged;
  const others = merged.operands.filter((operand) => operand.kind !== 'id');
  return merged.kind === 'and'
    ? and(idsOf(intersection(lists)), ...others)
    : or(idsOf(lists.flatMap(({ ids }) => ids)), ...others);
}

function intersection(lists: readonly IdExpression[]): readonly string[] {
  return lists
    .map(({ ids }) => ids)
    .reduce((left, right) => {
      const wanted = new Set(right);
      return left.filter((id) => wanted.has(id));
    });
}

function idsOf(ids: readonly string[]): SearchExpression {
  return ids.length === 0 ? NONE : { kind: 'id', ids: [...new Set(ids)].sort() };
}
