import type { Definitions } from '../../definitions/model.ts';
import type { FieldView } from '../view/field-view.ts';
import { overlaps } from './overlaps.ts';
import { parameterTouches } from './parameter-touches.ts';
import { type SearchedName, searchedAspect } from './searched-name.ts';
import { type TouchedPath, WHOLE_RESOURCE } from './touched-path.ts';
import { unseenPaths } from './unseen-paths.ts';

/** What is about the resource as a whole, and so tells of whatever of it is hidden. */
export const OF_THE_WHOLE: ReadonlySet<string> = new Set(['_lastUpdated', '_text', '_content']);

/** Name of the condition that a resource is in the compartment of a patient. */
export const COMPARTMENT = '_compartment';

/** True if a view shows less than there is. */
export function narrows({ hidden, masks }: FieldView): boolean {
  return hidden.length + masks.length > 0;
}

/**
 * True if a rule with this view blocks what a condition, a sort key or an include asks of a search parameter: the policy
 * names the parameter, or the parameter looks at an element that is hidden or masked, at what is above it or below.
 */
export function viewBlocks(
  definitions: Definitions,
  type: string,
  view: FieldView,
  name: SearchedName,
): boolean {
  const { code } = searchedAspect(name);
  if (view.blockedParameters.includes(code)) return true;
  // A change of what is hidden is a change of the resource, and what is blocked by name stands in the text too.
  if (OF_THE_WHOLE.has(code)) {
    return narrows(view) || (code !== '_lastUpdated' && view.blockedParameters.length > 0);
  }
  if (!narrows(view)) return false;
  const unseen = unseenPaths(definitions, type, view);
  return touches(definitions, type, name).some((touched) =>
    unseen.some((path) => overlaps(touched, path)),
  );
}

/** The elements that a condition on a parameter looks at; everything where there is no such parameter. */
export function touches(
  definitions: Definitions,
  type: string,
  name: SearchedName,
): readonly TouchedPath[] {
  const { code, aspect } = searchedAspect(name);
  if (code === COMPARTMENT) {
    return definitions
      .patientCompartment(type)
      .flatMap((param) => touches(definitions, type, param));
  }
  const parameter = definitions.searchParameters(type).get(code);
  return parameter === undefined
    ? [WHOLE_RESOURCE]
    : parameterTouches(definitions, type, parameter, aspect);
}
