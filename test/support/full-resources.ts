import type { Definitions, ElementDefinition } from '../../src/definitions/model.ts';

/** A resource as JSON. */
export type PlainResource = Readonly<Record<string, unknown>> & { readonly resourceType: string };

const TYPES = ['Patient', 'Practitioner', 'Group', 'Device', 'Organization', 'Observation'];
const CODES: Readonly<Record<string, readonly string[]>> = {
  'ContactPoint.system': ['phone', 'email'],
  'Signature.type': ['x'],
};
const URLS = ['urn:test:extension', 'urn:test:other'];

/**
 * A resource of a type with a value in each of its elements down to a depth, so that nearly every search parameter finds
 * something. Other variants have other types of choices, targets of references and codes.
 */
export function fullResource(
  definitions: Definitions,
  type: string,
  variant: number,
  depth = 4,
): PlainResource {
  return {
    resourceType: type,
    id: 'full',
    ...(valuesOf(definitions, type, variant, depth, [type]) as object),
  };
}

function valuesOf(
  definitions: Definitions,
  path: string,
  variant: number,
  depth: number,
  above: readonly string[],
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, element] of definitions.structure(path)?.elements ?? []) {
    if (['id', 'contained', 'implicitRules', 'modifierExtension'].includes(name)) continue;
    if (name === 'extension' && above.length > 1) continue;
    const type = element.types[variant % element.types.length] ?? '';
    const key = name.endsWith('[x]')
      ? name.slice(0, -3) + type.charAt(0).toUpperCase() + type.slice(1)
      : name;
    const items = element.max > 1 ? [variant, variant + 1] : [variant];
    const found = items
      .map((one) => valueOf(definitions, `${path}.${name}`, element, type, one, depth, above))
      .filter((value) => value !== undefined);
    if (found.length > 0) values[key] = element.max > 1 ? found : found[0];
  }
  return values;
}

function valueOf(
  definitions: Definitions,
  path: string,
  { structure }: ElementDefinition,
  type: string,
  variant: number,
  depth: number,
  above: readonly string[],
): unknown {
  if (type === 'Reference') {
    const target = TYPES[variant % TYPES.length] as string;
    return {
      reference: `${target}/target`,
      type: target,
      identifier: { system: 'urn:s', value: 'reference' },
      display: 'A display',
    };
  }
  if (type === 'Extension') return { url: URLS[variant % 2], valueString: 'in an extension' };
  const below = structure ?? type;
  const primitive = PRIMITIVES[type];
  if (primitive !== undefined) return CODES[path]?.[variant % 2] ?? primitive;
  if (depth === 0 || above.includes(below)) return undefined;
  const values = valuesOf(definitions, below, variant, depth - 1, [...above, below]);
  return Object.keys(values).length === 0 ? undefined : values;
}

const PRIMITIVES: Readonly<Record<string, unknown>> = {
  string: 'text',
  markdown: 'text',
  code: 'code',
  id: 'id',
  uri: 'urn:test:uri',
  url: 'urn:test:url',
  canonical: 'urn:test:canonical|1',
  oid: 'urn:oid:1.2',
  uuid: 'urn:uuid:c757873d-ec9a-4326-a141-556f43239520',
  boolean: true,
  integer: 1,
  positiveInt: 1,
  unsignedInt: 1,
  decimal: 1.5,
  date: '2020-01-01',
  dateTime: '2020-01-01T10:00:00Z',
  instant: '2020-01-01T10:00:00Z',
  time: '10:00:00',
  base64Binary: 'AAAA',
};

/** The paths of the values of a resource, names with dots between, down to a depth. */
export function pathsWithin(resource: PlainResource, depth: number): ReadonlySet<string> {
  const paths = new Set<string>();
  const visit = (value: unknown, path: readonly string[]): void => {
    if (Array.isArray(value)) for (const item of value) visit(item, path);
    else if (typeof value === 'object' && value !== null && path.length < depth) {
      for (const [name, inner] of Object.entries(value)) {
        if (path.length === 0 && (name === 'resourceType' || name === 'id')) continue;
        paths.add([...path, name].join('.'));
        visit(inner, [...path, name]);
      }
    }
  };
  visit(resource, []);
  return paths;
}

/** The resource without what stands under a path, and without what is empty then. */
export function without<T>(value: T, path: readonly string[]): T {
  if (Array.isArray(value)) {
    const items = (value as readonly unknown[])
      .map((item) => without(item, path))
      .filter((item) => !isEmpty(item));
    return items as T;
  }
  if (typeof value !== 'object' || value === null) return value;
  const [name = '', ...rest] = path;
  const entries = Object.entries(value).flatMap(([key, inner]): [string, unknown][] => {
    if (key !== name) return [[key, inner]];
    if (rest.length === 0) return [];
    const left: unknown = without(inner as unknown, rest);
    return isEmpty(left) ? [] : [[key, left]];
  });
  return Object.fromEntries(entries) as T;
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
