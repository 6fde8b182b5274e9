import type { Definitions } from '../../definitions/model.ts';
import {
  type StructurePlan,
  type StructurePlans,
  structurePlans,
  type StructureProperty,
} from '../../definitions/structure-plan.ts';
import type { PolicyRule } from '../policy.ts';
import { isOwnStructure, type KeyPath, restrictionsOf } from './restrictions.ts';

/** The parts of an Attachment that lead to its content; the others describe it. */
const CONTENT: ReadonlySet<string> = new Set(['data', 'url']);

/**
 * True if a rule hides or masks attachments of the resources it shows: then their contents, which are resources of their
 * own, must not be had by way of them either.
 */
export function hidesAttachments(
  definitions: Definitions,
  type: string,
  { view }: Pick<PolicyRule, 'view'>,
): boolean {
  if (view === undefined) return false;
  const plans = structurePlans(definitions);
  return restrictionsOf(definitions, type, view).some(({ keys }) =>
    holdsContent(plans, type, keys),
  );
}

function holdsContent(plans: StructurePlans, type: string, keys: KeyPath): boolean {
  let plan = plans(type);
  let last: StructureProperty | undefined;
  for (const key of keys) {
    if (last?.type === 'Attachment') return CONTENT.has(key);
    // Which extension it is changes nothing of what is below it.
    if (key.startsWith('@')) continue;
    last = plan?.properties.get(key);
    plan = last?.kind === 'complex' ? last.content() : undefined;
  }
  if (last === undefined) return false;
  return last.type === 'Attachment' || (isOwnStructure(plans, last) && hasAttachment(plans, plan));
}

/** True if a structure has an Attachment at any depth, but for extensions. */
function hasAttachment(
  plans: StructurePlans,
  plan: StructurePlan | undefined,
  passed: ReadonlySet<StructurePlan> = new Set(),
): boolean {
  if (plan === undefined || passed.has(plan)) return false;
  const within = new Set([...passed, plan]);
  return [...plan.properties.values()].some(
    (property) =>
      property.type === 'Attachment' ||
      (isOwnStructure(plans, property) && hasAttachment(plans, property.content(), within)),
  );
}
