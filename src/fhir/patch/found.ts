/** Where a value stands: the members and positions from the resource down to it. */
export type Pointer = readonly (string | number)[];

/** Something that a path leads to. */
export interface Found {
  readonly value: unknown;
  /** FHIR type, where the definitions say it. */
  readonly type?: string;
  /** Path of the structure that holds its elements; absent for primitives. */
  readonly structure?: string;
  /** Absent for what was computed and stands nowhere. */
  readonly at?: Pointer;
  /** Where the id and the extensions of a primitive stand: `_birthDate` beside `birthDate`. */
  readonly beside?: Pointer;
}

/** The value at a pointer, or undefined. */
export function valueAt(root: unknown, pointer: Pointer): unknown {
  let value = root;
  for (const step of pointer) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step))
      return undefined;
    value = (value as Readonly<Record<string | number, unknown>>)[step];
  }
  return value;
}

/** The member that stands beside a primitive: `_name` for `name`, and the same position in `_name` for one of a list. */
export function besideOf(pointer: Pointer): Pointer {
  const last = pointer.at(-1);
  const name = typeof last === 'number' ? pointer.at(-2) : last;
  const parent = pointer.slice(0, typeof last === 'number' ? -2 : -1);
  return [...parent, `_${String(name)}`, ...(typeof last === 'number' ? [last] : [])];
}
