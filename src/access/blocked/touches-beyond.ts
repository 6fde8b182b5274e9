import type { Definitions } from '../../definitions/model.ts';
import { touches } from './rule-blocks.ts';
import { type SearchedName, searchedAspect } from './searched-name.ts';
import type { TouchedPath } from './touched-path.ts';
import { member, type Place, rootPlace } from './touched-paths.ts';

/** What a search parameter looks at that the views of its own type do not speak of. */
export interface TouchesBeyond {
  /** Words that repeat what stands elsewhere: the `display` and `identifier` of a Reference, a narrative. */
  readonly copies: boolean;
  /** When a resource was changed, or how often. */
  readonly stamps: boolean;
  /** The id of the resource or of another, read as a text and not as a reference. */
  readonly ids: boolean;
}

const NOTHING: TouchesBeyond = { copies: false, stamps: false, ids: false };

/** Parts of a Reference that copy from its target. */
const COPIED = ['display', 'identifier'] as const;

/** Parts of `meta` that the server stamps on each version. */
const STAMPS = ['versionId', 'lastUpdated'] as const;

/** By definition of the parameter, because one that changes becomes another object; then by type and aspect. */
const known = new WeakMap<object, Map<string, TouchesBeyond>>();

/**
 * What a searched name looks at beyond the elements of its own type. The parameters of R4 leave these alone but for those
 * made for it (`_id`, `_lastUpdated`, references); ones that are stored on the server may look at any element.
 */
export function touchesBeyond(
  definitions: Definitions,
  type: string,
  name: SearchedName,
): TouchesBeyond {
  const { code, aspect } = searchedAspect(name);
  const parameter = definitions.searchParameters(type).get(code);
  if (parameter?.custom !== true) return NOTHING;
  const byName = known.get(parameter) ?? new Map<string, TouchesBeyond>();
  known.set(parameter, byName);
  const key = `${type} ${aspect}`;
  let beyond = byName.get(key);
  if (beyond === undefined) {
    const paths = touches(definitions, type, name);
    const isReference = parameter.type === 'reference';
    beyond = {
      copies: paths.some((path) => endsInCopy(definitions, type, path, isReference)),
      stamps: paths.some(isStamp),
      ids: !isReference && paths.some((path) => isId(definitions, type, path)),
    };
    byName.set(key, beyond);
  }
  return beyond;
}

function endsInCopy(
  definitions: Definitions,
  type: string,
  path: TouchedPath,
  isReference: boolean,
): boolean {
  const places = placesAlong(definitions, type, path);
  const copied = places.some((at, depth) =>
    at.some((place) => place.type === 'Narrative' || isPart(place, path, depth, COPIED)),
  );
  // Whether there is a Reference at all depends on what it copies, where that is all it has.
  const whole = !isReference && places.at(-1)?.some((place) => place.type === 'Reference') === true;
  return copied || whole;
}

function isStamp([first, second]: TouchedPath): boolean {
  if (first === undefined) return true;
  if (!first.names.includes('meta')) return false;
  return second === undefined || STAMPS.some((name) => second.names.includes(name));
}

function isId(definitions: Definitions, type: string, path: TouchedPath): boolean {
  const [first] = path;
  if (first === undefined || first.names.includes('id')) return true;
  const places = placesAlong(definitions, type, path);
  return (
    places.some((at, depth) => at.some((place) => isPart(place, path, depth, ['reference']))) ||
    places.at(-1)?.some((place) => place.type === 'Reference') === true
  );
}

/** True if the path goes on from a Reference at this depth to one of some parts of it. */
function isPart(place: Place, path: TouchedPath, depth: number, parts: readonly string[]): boolean {
  const next = path[depth]?.names ?? [];
  return place.type === 'Reference' && parts.some((part) => next.includes(part));
}

/** Where a path comes by: before its first step the resource itself, behind its last what it ends at. */
function placesAlong(
  definitions: Definitions,
  type: string,
  path: TouchedPath,
): readonly (readonly Place[])[] {
  const along: (readonly Place[])[] = [[rootPlace(type)]];
  for (const { names, url } of path) {
    const before = along.at(-1) ?? [];
    // The last name of a choice is the one with its type.
    const name = names.at(-1) ?? '';
    along.push(before.flatMap((place) => member(definitions, place, name, url)));
  }
  return along;
}
