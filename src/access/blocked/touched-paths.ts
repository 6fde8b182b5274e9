import type { Definitions } from '../../definitions/model.ts';
import type { PathNode } from '../../search/extract/fhirpath.ts';
import { elementStep, type TouchedPath, type TouchedStep } from './touched-path.ts';

/** Where an expression has come to. */
export interface Place {
  readonly path: TouchedPath;
  /** FHIR type code; undefined where it is not known. */
  readonly type: string | undefined;
  /** Path of the structure of the values; undefined for primitives and what is not known. */
  readonly structure: string | undefined;
  /** Elements on the way whose structure may come again further down, each with the path that stands for all depths. */
  readonly passed: ReadonlyMap<string, TouchedPath>;
  /** True for what `resolve()` gives: the name of a type and no more, wherever the path goes on. */
  readonly resolved?: boolean;
}

/** The place where the expression of a search parameter begins. */
export function rootPlace(resourceType: string): Place {
  return { path: [], type: resourceType, structure: resourceType, passed: new Map() };
}

/**
 * Follows an expression of a search parameter through the definitions, without a resource.
 * @param touch hears of every element that conditions on the way look at; where the way ends is the result. What is not
 *   understood counts as looking at all that it names.
 */
export function touchedPlaces(
  definitions: Definitions,
  node: PathNode,
  from: readonly Place[],
  touch: (path: TouchedPath) => void,
): readonly Place[] {
  const follow = (inner: PathNode, at: readonly Place[] = from): readonly Place[] =>
    touchedPlaces(definitions, inner, at, touch);
  const touchAll = (inner: PathNode, at: readonly Place[] = from): void => {
    for (const { path } of follow(inner, at)) touch(path);
  };
  const before = (of: PathNode | undefined): readonly Place[] =>
    of === undefined ? from : follow(of);
  switch (node.kind) {
    case 'literal':
      return [];
    case 'index':
      return follow(node.of);
    case 'name':
      // A path may begin with the name of the type it starts from.
      if (node.of === undefined && from.every(({ type }) => type === node.name)) return from;
      return before(node.of).flatMap((place) => member(definitions, place, node.name));
    case 'type':
      if (node.operator === 'as') return ofType(follow(node.of), node.type);
      touchAll(node.of);
      return [];
    case 'binary':
      if (node.operator === '|') return [...follow(node.left), ...follow(node.right)];
      touchAll(node.left);
      touchAll(node.right);
      return [];
    case 'call':
      return call(node);
  }

  function call({ name, of, args }: Extract<PathNode, { kind: 'call' }>): readonly Place[] {
    const [first, second, third] = args;
    if (name === 'iif' && first !== undefined && second !== undefined) {
      touchAll(first);
      return [...follow(second), ...(third === undefined ? [] : follow(third))];
    }
    const places = before(of);
    if (name === 'extension' && first?.kind === 'literal') {
      const url = String(first.value);
      return places.flatMap((place) => member(definitions, place, 'extension', url));
    }
    if (name === 'where' && first !== undefined) {
      const narrowed = urlOf(first);
      if (narrowed !== undefined && places.every(isExtension))
        return places.map((place) => withUrl(place, narrowed));
      touchAll(first, places);
      return places;
    }
    if ((name === 'ofType' || name === 'as') && first?.kind === 'name')
      return ofType(places, first.name);
    if (name === 'resolve') return places.map(resolve);
    for (const { path } of places) touch(path);
    for (const argument of args) touchAll(argument, places);
    return name === 'exists' || name === 'empty' ? [] : places;
  }

  function resolve(place: Place): Place {
    const reference = [...place.path, elementStep('reference')];
    touch(reference);
    touch([...place.path, elementStep('type')]);
    return { ...place, path: reference, type: undefined, structure: undefined, resolved: true };
  }
}

/**
 * The element of a name below a place, or its extensions of one URL; one place for each type of a choice. What is inside an
 * element that contains itself (`item.item.text`) counts as that of the outermost (`item.text`), as in the views.
 */
export function member(
  definitions: Definitions,
  place: Place,
  name: string,
  url?: string,
): readonly Place[] {
  if (place.resolved === true) return [place];
  const elements =
    place.structure === undefined ? undefined : definitions.structure(place.structure)?.elements;
  const plain = elements?.get(name);
  const plainStep = url === undefined ? elementStep(name) : { names: [name], url };
  const at = (step: TouchedStep, type?: string, own?: string): Place => {
    const before = own === undefined ? undefined : place.passed.get(own);
    const path = before ?? [...place.path, step];
    return {
      path,
      type,
      structure: own ?? (type === undefined ? undefined : complex(definitions, type)),
      passed: own === undefined ? place.passed : new Map([...place.passed, [own, path]]),
    };
  };
  if (plain !== undefined) return plain.types.map((type) => at(plainStep, type, plain.structure));
  const places: Place[] = [];
  for (const [key, { types }] of elements ?? []) {
    if (!key.endsWith('[x]') || !name.startsWith(key.slice(0, -3))) continue;
    const choice = key.slice(0, -3);
    for (const type of types) {
      const typed = choice + type.charAt(0).toUpperCase() + type.slice(1);
      if (name === choice || name === typed) places.push(at({ names: [choice, typed] }, type));
    }
  }
  if (places.length > 0) return places;
  // Beside the value of a primitive, or of a type that is not known: the name is all there is to go by.
  return [at(plainStep, name === 'extension' ? 'Extension' : undefined)];
}

function complex(definitions: Definitions, type: string): string | undefined {
  return definitions.structure(type)?.kind === 'primitive' ? undefined : type;
}

function ofType(places: readonly Place[], type: string): readonly Place[] {
  return places.filter(
    (place) => place.type === type || place.type === undefined || place.type === 'Resource',
  );
}

/** The URL of `where(url = '…')`. */
function urlOf(condition: PathNode): string | undefined {
  if (condition.kind !== 'binary' || condition.operator !== '=') return undefined;
  const { left, right } = condition;
  const isUrl = left.kind === 'name' && left.of === undefined && left.name === 'url';
  return isUrl && right.kind === 'literal' ? String(right.value) : undefined;
}

function isExtension({ path }: Place): boolean {
  return path.at(-1)?.names.includes('extension') === true;
}

function withUrl(place: Place, url: string): Place {
  return { ...place, path: [...place.path.slice(0, -1), { names: ['extension'], url }] };
}
