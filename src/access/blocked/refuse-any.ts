import type { Definitions } from '../../definitions/model.ts';
import type { SearchExpression } from '../../search/expression.ts';
import type { CompiledPolicy, PolicyInteraction } from '../policy.ts';
import { blockers } from './blockers.ts';
import { blockedError } from './refuse-blocked.ts';
import type { SearchedName } from './searched-name.ts';
import { searchedNames } from './searched-names.ts';

/**
 * Refuses what cannot be narrowed to the resources that show the element: an order, an include, a moment of change. For
 * these one rule that blocks the parameter is enough.
 * @param shown what the caller named, where that is not the parameter itself (`_since`)
 * @throws FhirError `ACCESS_PARAMETER_BLOCKED`
 */
export function refuseBlocked(
  definitions: Definitions,
  policy: Pick<CompiledPolicy, 'rules'>,
  type: string,
  name: SearchedName,
  { interaction, shown = name }: { interaction?: PolicyInteraction; shown?: string } = {},
): void {
  const by = blockers(definitions, policy, type, name, interaction);
  if (by.length > 0) throw blockedError(type, shown, by);
}

/**
 * Refuses criteria that look at anything a rule blocks, for what is told only once and cannot be narrowed afterwards.
 * @param where conditions on the resource itself
 * @param interaction whose rules show the resources
 * @throws FhirError `ACCESS_PARAMETER_BLOCKED`
 */
export function refuseBlockedCriteria(
  definitions: Definitions,
  policy: Pick<CompiledPolicy, 'rules'>,
  type: string,
  where: SearchExpression,
  interaction: PolicyInteraction,
): void {
  for (const name of searchedNames(where)) {
    refuseBlocked(definitions, policy, type, name, { interaction });
  }
}
