import type { Definitions } from '../../definitions/model.ts';
import type { CompiledPolicy, PolicyInteraction, PolicyRule } from '../policy.ts';
import { hasViews, narrowsView } from '../view/has-views.ts';
import { OF_THE_WHOLE } from './rule-blocks.ts';
import { type SearchedName, searchedAspect } from './searched-name.ts';
import { touchesBeyond } from './touches-beyond.ts';

/** What shows resources as they are now. */
const SHOWING: readonly PolicyInteraction[] = ['search', 'read'];

const NONE: readonly PolicyRule[] = [];

/**
 * The rules of other types that block a name, whatever the rules of its own type say; with any of them it is refused.
 * - The identifier in a reference is a copy of one that the target may hide: it is blocked by rules that do not show all
 *   of a type to which the reference can lead.
 * - When a resource was changed, and its words, tell of copies of hidden elements too: they are blocked for every type if
 *   any rule of the policy hides something. So are parameters of this server that look at stamps or copies.
 * - Who knows resources by pseudonyms has no use for parameters of this server that compare ids as texts: they are blocked
 *   by all rules of the type.
 */
export function rulesElsewhere(
  definitions: Definitions,
  policy: Pick<CompiledPolicy, 'rules' | 'pseudonyms'>,
  type: string,
  name: SearchedName,
): readonly PolicyRule[] {
  const { code, aspect } = searchedAspect(name);
  if (aspect === 'identifier') {
    const targets = definitions.searchParameters(type).get(code)?.targets ?? [];
    return narrowing(policy, targets.length === 0 ? definitions.resourceTypes : targets);
  }
  const beyond = touchesBeyond(definitions, type, name);
  if (beyond.ids && policy.pseudonyms !== undefined) return policy.rules(type, 'search');
  if (!OF_THE_WHOLE.has(code) && !beyond.copies && !beyond.stamps) return NONE;
  return hasViews(policy, definitions) ? narrowing(policy, definitions.resourceTypes) : NONE;
}

/** The rules that show less than there is of some types, unless others show all of all their resources. */
function narrowing(
  policy: Pick<CompiledPolicy, 'rules'>,
  types: readonly string[],
): readonly PolicyRule[] {
  return types.flatMap((type) =>
    SHOWING.flatMap((interaction) => {
      const rules = policy.rules(type, interaction);
      const all = rules.some((rule) => rule.where.kind === 'all' && !narrowsView(rule));
      return all ? NONE : rules.filter(narrowsView);
    }),
  );
}
