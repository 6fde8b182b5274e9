import type {
  Definitions,
  SearchParameterComponent,
  SearchParameterDefinition,
  SearchParameterType,
} from '../../definitions/model.ts';
import { parsePath } from '../../search/extract/fhirpath.ts';
import { type Aspect, readElements } from './read-elements.ts';
import { elementStep, type TouchedPath, WHOLE_RESOURCE } from './touched-path.ts';
import { type Place, rootPlace, touchedPlaces } from './touched-paths.ts';

const RESOURCE = '%resource.';

/** By parameter, because a parameter that changes becomes another object; then by aspect. */
const known = new WeakMap<SearchParameterDefinition, Map<Aspect, readonly TouchedPath[]>>();

/**
 * The elements that a search parameter of a resource type looks at, computed from its own expression: where the
 * expression ends, and whatever its conditions ask on the way; of a composite those of its parts. What cannot be read
 * looks at everything.
 */
export function parameterTouches(
  definitions: Definitions,
  resourceType: string,
  parameter: SearchParameterDefinition,
  aspect: Aspect,
): readonly TouchedPath[] {
  const byAspect = known.get(parameter) ?? new Map<Aspect, readonly TouchedPath[]>();
  known.set(parameter, byAspect);
  let touched = byAspect.get(aspect);
  if (touched === undefined) {
    touched = compute(definitions, resourceType, parameter, aspect);
    byAspect.set(aspect, touched);
  }
  return touched;
}

function compute(
  definitions: Definitions,
  resourceType: string,
  { type: kind, expression, components = [] }: SearchParameterDefinition,
  aspect: Aspect,
): readonly TouchedPath[] {
  const root = rootPlace(resourceType);
  const paths: TouchedPath[] = [];
  const follow = (text: string, from: readonly Place[]): readonly Place[] => {
    const node = parsePath(text);
    if (node !== undefined) {
      return touchedPlaces(definitions, node, from, (path) => {
        paths.push(path);
      });
    }
    paths.push(WHOLE_RESOURCE);
    return [];
  };
  const read = (places: readonly Place[], of: SearchParameterType): void => {
    for (const { path, type } of places) {
      for (const below of readElements(of, type, aspect)) {
        paths.push(below === '' ? path : [...path, ...below.split('.').map(elementStep)]);
      }
    }
  };
  const ends = follow(expression, [root]);
  if (kind !== 'composite') read(ends, kind);
  for (const part of components) read(endsOf(part, ends), part.type);
  return paths;

  function endsOf(
    { expression: text }: SearchParameterComponent,
    holders: readonly Place[],
  ): readonly Place[] {
    return text.startsWith(RESOURCE)
      ? follow(text.slice(RESOURCE.length), [root])
      : follow(text, holders);
  }
}
