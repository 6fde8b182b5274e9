import type { Definitions } from '../../definitions/model.ts';
import type { CompiledPolicy, PolicyInteraction, PolicyRule } from '../policy.ts';
import { rulesElsewhere } from './rules-elsewhere.ts';
import type { SearchedName } from './searched-name.ts';
import { typeGuard } from './type-guard.ts';

/**
 * All rules that block a searched name of a type, be it for some of its resources only.
 * @param interaction whose rules show the resources; `search` unless told
 */
export function blockers(
  definitions: Definitions,
  policy: Pick<CompiledPolicy, 'rules'>,
  type: string,
  name: SearchedName,
  interaction: PolicyInteraction = 'search',
): readonly PolicyRule[] {
  const own = typeGuard(definitions, type, policy.rules(type, interaction)).blocking(name)?.by;
  const others = rulesElsewhere(definitions, policy, type, name);
  return own === undefined ? others : [...new Set([...own, ...others])];
}

/** True if any rule blocks the name, as {@link blockers}. */
export function isBlocked(...asked: Parameters<typeof blockers>): boolean {
  return blockers(...asked).length > 0;
}
