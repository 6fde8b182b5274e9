import type { Definitions } from '../../../definitions/model.ts';
import { PRIMITIVES } from '../primitives.ts';

/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>;

/** One value in the resource, and where it stands. */
export interface Site {
  readonly value: unknown;
  /** The object beside a primitive, with its id and extensions. */
  readonly shadow: Json | undefined;
  /** `HumanName`, `code`, `BackboneElement`, or the type of a resource. */
  readonly type: string;
  /** Structure of which the children are elements: the type, or the path of a backbone element. */
  readonly structure: string;
  /** FHIRPath by names and indexes. */
  readonly path: string;
  /** Properties and indexes from the root. */
  readonly keys: readonly (string | number)[];
  /** The resource that it is an element of; undefined for a resource. */
  readonly resource: Site | undefined;
  /** Of a resource, the one that it stands in. */
  readonly container?: Site;
  /** The property that it is in, and its number there: what tells it from its siblings. */
  readonly slot: string;
}

/** The site of a resource. */
export function resourceSite(
  value: Json,
  path: string,
  keys: readonly (string | number)[] = [],
  slot = '',
  container?: Site,
): Site {
  const type = String(value['resourceType']);
  return {
    value,
    shadow: undefined,
    type,
    structure: type,
    path,
    keys,
    resource: undefined,
    slot,
    ...(container === undefined ? {} : { container }),
  };
}

/** The object whose properties are the children: of a primitive the one beside it. */
export function objectOf(site: Site): Json {
  if (PRIMITIVES.has(site.type)) return site.shadow ?? {};
  return typeof site.value === 'object' && site.value !== null ? (site.value as Json) : {};
}

/** All children, by the name of their element. */
export function childSites(definitions: Definitions, site: Site): ReadonlyMap<string, Site[]> {
  const children = new Map<string, Site[]>();
  const object = objectOf(site);
  const elements = definitions.structure(
    PRIMITIVES.has(site.type) ? 'Element' : site.structure,
  )?.elements;
  if (elements === undefined) return children;
  for (const [name, element] of elements) {
    const choice = name.endsWith('[x]');
    const stem = choice ? name.slice(0, -3) : name;
    for (const type of element.types) {
      const property = choice ? stem + type.charAt(0).toUpperCase() + type.slice(1) : name;
      const value = object[property];
      const shadow = object[`_${property}`];
      if (value === undefined && shadow === undefined) continue;
      const structure = element.structure ?? type;
      const found = itemsOf(value, shadow).map(([item, beside, index]) =>
        childSite(site, item, beside, { type, structure, stem, property, index }),
      );
      children.set(name, [...(children.get(name) ?? []), ...found]);
      if (!choice) break;
    }
  }
  return children;
}

interface Place {
  readonly type: string;
  readonly structure: string;
  readonly stem: string;
  readonly property: string;
  readonly index: number | undefined;
}

function childSite(parent: Site, value: unknown, shadow: unknown, place: Place): Site {
  const { type, structure, stem, property, index } = place;
  const suffix = index === undefined ? '' : `[${String(index)}]`;
  const path = `${parent.path}.${stem}${suffix}`;
  const keys = [...parent.keys, property, ...(index === undefined ? [] : [index])];
  const slot = property + suffix;
  if (isJson(value) && typeof value['resourceType'] === 'string') {
    return resourceSite(value, path, keys, slot, parent.resource ?? parent);
  }
  return {
    value: value ?? undefined,
    shadow: isJson(shadow) ? shadow : undefined,
    type,
    structure,
    path,
    keys,
    resource: parent.resource ?? parent,
    slot,
  };
}

function itemsOf(
  value: unknown,
  shadow: unknown,
): readonly (readonly [unknown, unknown, number | undefined])[] {
  if (!Array.isArray(value) && !Array.isArray(shadow)) return [[value, shadow, undefined]];
  const values: readonly unknown[] = Array.isArray(value) ? value : [];
  const shadows: readonly unknown[] = Array.isArray(shadow) ? shadow : [];
  return Array.from({ length: Math.max(values.length, shadows.length) }, (_, index) => [
    values[index],
    shadows[index],
    index,
  ]);
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
