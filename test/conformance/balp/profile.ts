/** The parts of a StructureDefinition that the check looks at. */
export interface Profile {
  readonly url: string;
  readonly snapshot: { readonly element: readonly ElementDefinition[] };
}

interface ElementDefinition {
  readonly id: string;
  readonly min?: number;
  readonly max?: string;
  readonly slicing?: { readonly discriminator?: readonly { readonly path: string }[] };
  readonly binding?: { readonly strength: string; readonly valueSet?: string };
  readonly [fixedOrPattern: string]: unknown;
}

interface Coding {
  readonly system?: string;
  readonly code?: string;
}

/** Codes of the ValueSets that are at hand, by canonical URL. */
export type ValueSets = ReadonlyMap<string, readonly Coding[]>;

/**
 * Checks what the IHE BALP profiles say: cardinalities, fixed values, patterns, required bindings and slices by value.
 * Small, and independent of the server's own validator; the official examples show that it is right.
 * @returns what is wrong, empty where nothing is
 */
export function profileProblems(
  profile: Profile,
  resource: unknown,
  valueSets: ValueSets,
): readonly string[] {
  const { element: elements } = profile.snapshot;
  const byId = new Map(elements.map((element) => [element.id, element]));
  const problems: string[] = [];
  const root = elements[0]?.id ?? '';
  checkChildren(root, resource);
  return problems;

  function checkChildren(id: string, value: unknown): void {
    for (const child of elements.filter((element) => isChild(element.id, id))) {
      checkElement(child, valuesAt(value, nameOf(child.id)));
    }
  }

  function checkElement(element: ElementDefinition, values: readonly unknown[]): void {
    count(element, values.length);
    const slices = elements.filter(
      ({ id }) => id.startsWith(`${element.id}:`) && !id.slice(element.id.length + 1).includes('.'),
    );
    const paths = element.slicing?.discriminator?.map(({ path }) => path) ?? [];
    const rest = new Set(values);
    for (const slice of slices) {
      const members = values.filter((value) => paths.every((path) => fits(slice.id, path, value)));
      for (const member of members) rest.delete(member);
      count(slice, members.length);
      for (const member of members) checkValue(slice, member);
    }
    for (const value of rest) checkValue(element, value);
  }

  function checkValue(element: ElementDefinition, value: unknown): void {
    if (!satisfies(element, value))
      problems.push(`${element.id} has another value than the profile`);
    if (typeof value === 'object' && value !== null) checkChildren(element.id, value);
  }

  /** True if a value has what tells the members of the slice apart. */
  function fits(slice: string, path: string, value: unknown): boolean {
    const id = path === '$this' ? slice : `${slice}.${path}`;
    const found = path === '$this' ? [value] : valuesAt(value, path);
    const element = byId.get(id);
    return (
      element !== undefined && found.length > 0 && found.every((item) => satisfies(element, item))
    );
  }

  function satisfies(element: ElementDefinition, value: unknown): boolean {
    for (const [name, wanted] of Object.entries(element)) {
      if (/^pattern[A-Z]/.test(name) && !contains(value, wanted)) return false;
      if (/^fixed[A-Z]/.test(name) && JSON.stringify(value) !== JSON.stringify(wanted))
        return false;
    }
    const codes = valueSets.get(element.binding?.valueSet?.split('|')[0] ?? '');
    if (element.binding?.strength !== 'required' || codes === undefined) return true;
    return codingsOf(value).some((coding) =>
      codes.some(({ system, code }) => system === coding.system && code === coding.code),
    );
  }

  function count({ id, min = 0, max = '*' }: ElementDefinition, found: number): void {
    if (found < min)
      problems.push(`${id} is there ${String(found)} times, at least ${String(min)}`);
    if (max !== '*' && found > Number(max))
      problems.push(`${id} is there ${String(found)} times, at most ${max}`);
  }
}

function isChild(id: string, parent: string): boolean {
  if (!id.startsWith(`${parent}.`)) return false;
  return !/[.:]/.test(id.slice(parent.length + 1));
}

function nameOf(id: string): string {
  return id.slice(id.lastIndexOf('.') + 1);
}

function valuesAt(value: unknown, name: string): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  const members = value as Readonly<Record<string, unknown>>;
  if (name.endsWith('[x]')) {
    const choice = new RegExp(`^${name.slice(0, -3)}[A-Z]`);
    return Object.keys(members)
      .filter((key) => choice.test(key))
      .map((key) => members[key]);
  }
  const found = members[name];
  if (found === undefined) return [];
  return Array.isArray(found) ? found : [found];
}

/** True if everything in the pattern is in the value; a list holds each wanted item somewhere. */
function contains(value: unknown, pattern: unknown): boolean {
  if (Array.isArray(pattern))
    return (
      Array.isArray(value) && pattern.every((item) => value.some((own) => contains(own, item)))
    );
  if (typeof pattern !== 'object' || pattern === null) return value === pattern;
  if (typeof value !== 'object' || value === null) return false;
  const members = value as Readonly<Record<string, unknown>>;
  return Object.entries(pattern).every(([name, wanted]) => contains(members[name], wanted));
}

function codingsOf(value: unknown): readonly Coding[] {
  const { coding } = value as { coding?: readonly Coding[] };
  return coding ?? [value as Coding];
}
