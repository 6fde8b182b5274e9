import type { Definitions } from '../../definitions/model.ts';
import { type ElementStep, isElementSteps, parseElementPath } from '../view/element-path.ts';
import type { FieldView } from '../view/field-view.ts';
import { member, type Place, rootPlace } from './touched-paths.ts';

/** Views live as long as their policy; a view may be that of several types. */
const known = new WeakMap<FieldView, Map<string, readonly (readonly ElementStep[])[]>>();

/** The elements of a resource type that a view hides or masks. */
export function unseenPaths(
  definitions: Definitions,
  type: string,
  view: FieldView,
): readonly (readonly ElementStep[])[] {
  const byType = known.get(view) ?? new Map<string, readonly (readonly ElementStep[])[]>();
  known.set(view, byType);
  let found = byType.get(type);
  if (found === undefined) {
    found = [...view.hidden, ...view.masks.map(({ path }) => path)].map((path) => {
      const steps = parseElementPath(path);
      // A path that nobody can read may be any, so that it blocks everything.
      return isElementSteps(steps) ? outermost(definitions, type, steps) : [];
    });
    byType.set(type, found);
  }
  return found;
}

/** The steps to the outermost of elements that contain themselves: a view means them at every depth. */
function outermost(
  definitions: Definitions,
  type: string,
  steps: readonly ElementStep[],
): readonly ElementStep[] {
  let place: Place | undefined = rootPlace(type);
  let short: readonly ElementStep[] = [];
  for (const step of steps) {
    const length: number = place?.path.length ?? 0;
    place =
      place === undefined
        ? undefined
        : step.kind === 'element'
          ? member(definitions, place, step.name)[0]
          : member(definitions, place, 'extension', step.url)[0];
    // A path that did not grow went back to an element that was passed before.
    short =
      place === undefined || place.path.length > length
        ? [...short, step]
        : short.slice(0, place.path.length);
  }
  return short;
}
