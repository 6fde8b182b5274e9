import { and, or, type SearchExpression } from '../expression.ts';
import { canonicalKey } from './canonical-key.ts';
import { rewriteOperands } from './rewrite-operands.ts';

/**
 * Says once what several alternatives have in common: `(a and b) or (a and c)` is `a and (b or c)`. A policy of hundreds of
 * entries repeats its relation or its status in each, and the database would look for it as often. What most alternatives
 * share comes first. Expects a normalised expression.
 */
export function factor(expression: SearchExpression): SearchExpression {
  const inner = rewriteOperands(expression, factor);
  return inner.kind === 'or' ? factored(inner.operands) : inner;
}

function factored(alternatives: readonly SearchExpression[]): SearchExpression {
  const shared = mostShared(alternatives);
  if (shared === undefined) return or(...alternatives);
  const rests: SearchExpression[] = [];
  const others: SearchExpression[] = [];
  for (const alternative of alternatives) {
    const parts = partsOf(alternative);
    const rest = parts.filter((part) => canonicalKey(part) !== shared.key);
    if (rest.length < parts.length) rests.push(and(...rest));
    else others.push(alternative);
  }
  const common = and(shared.part, factored(rests));
  return others.length === 0 ? common : or(common, factored(others));
}

/** What stands in most of the conjunctions, if it stands in several; of equals the first. */
function mostShared(
  alternatives: readonly SearchExpression[],
): { readonly key: string; readonly part: SearchExpression } | undefined {
  const counts = new Map<string, { readonly part: SearchExpression; count: number }>();
  for (const alternative of alternatives) {
    if (alternative.kind !== 'and') continue;
    for (const part of alternative.operands) {
      const key = canonicalKey(part);
      const known = counts.get(key);
      if (known === undefined) counts.set(key, { part, count: 1 });
      else known.count += 1;
    }
  }
  let most: { readonly key: string; readonly part: SearchExpression } | undefined;
  let best = 1;
  for (const [key, { part, count }] of counts) {
    if (count <= best) continue;
    best = count;
    most = { key, part };
  }
  return most;
}

function partsOf(expression: SearchExpression): readonly SearchExpression[] {
  return expression.kind === 'and' ? expression.operands : [expression];
}
