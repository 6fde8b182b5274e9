import type { Definitions } from '../../definitions/model.ts';
import type { CompiledPolicy, PolicyInteraction, PolicyRule } from '../policy.ts';

const INTERACTIONS: readonly PolicyInteraction[] = [
  'read',
  'search',
  'vread',
  'history',
  'update',
  'create',
  'delete',
];

const KNOWN = new WeakMap<Pick<CompiledPolicy, 'rules'>, boolean>();

/** True if a rule shows less than the whole resource. */
export function narrowsView({ view }: PolicyRule): boolean {
  return view !== undefined && (view.hidden.length > 0 || view.masks.length > 0);
}

/**
 * True if any rule of a policy hides or masks a part of what it shows. Found out once for each policy: who has no such rule
 * pays for views no more than this answer.
 */
export function hasViews(policy: Pick<CompiledPolicy, 'rules'>, definitions: Definitions): boolean {
  const known = KNOWN.get(policy);
  if (known !== undefined) return known;
  const found = definitions.resourceTypes.some((type) =>
    INTERACTIONS.some((interaction) => policy.rules(type, interaction).some(narrowsView)),
  );
  KNOWN.set(policy, found);
  return found;
}
