import type { StructurePlans } from '../../definitions/structure-plan.ts';
import type { Project } from '../view/projection.ts';
import { isSubsetted } from '../view/subsetted.ts';
import { isMembers, itemsOf, type JsonMembers, withMember } from './json-object.ts';
import type { Shown } from './merge-hidden.ts';

/** Shows a stored resource, with exact numbers, and keeps in mind what each part of the view was made of. */
export function seenResource(
  plans: StructurePlans,
  stored: JsonMembers,
  project: Project | undefined,
): Shown {
  if (project === undefined) return { plans, stored, shown: stored, source: (shown) => shown };
  const sources = new Map<object, object>();
  const shown = project(stored, (made, from) => sources.set(made, from));
  return { plans, stored, shown: withoutLabel(shown), source: (made) => sources.get(made) ?? made };
}

/** Without the label of a view, which is put on what is shown and never said by whom sends it back. */
export function withoutLabel(resource: JsonMembers): JsonMembers {
  const { meta } = resource;
  if (!isMembers(meta) || !itemsOf(meta['tag']).some(isSubsetted)) return resource;
  const tags = itemsOf(meta['tag']).filter((tag) => !isSubsetted(tag));
  const rest = withMember(meta, 'tag', tags.length === 0 ? undefined : tags);
  return withMember(resource, 'meta', Object.keys(rest).length === 0 ? undefined : rest);
}
