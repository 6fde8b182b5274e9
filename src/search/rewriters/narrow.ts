import type { CompiledPolicy, PolicyInteraction } from '../../access/policy.ts';
import { and, type SearchExpression, type SearchRequest } from '../expression.ts';
import { simplify } from './simplify.ts';

/**
 * Narrows a search to what the policy shows: every resource it finds satisfies the request and a rule. `none` where the
 * policy has no rule for the type and interaction; the caller answers that with 403, because it depends on no data.
 */
export function narrow(
  request: Pick<SearchRequest, 'type' | 'where'>,
  policy: Pick<CompiledPolicy, 'where'>,
  interaction: PolicyInteraction = 'search',
): SearchExpression {
  return simplify(and(request.where, policy.where(request.type, interaction)));
}
