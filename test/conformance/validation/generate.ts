import type { Definitions, ElementDefinition } from '../../../src/definitions/model.ts';

/** Values of the primitive types. */
const VALUES: Readonly<Record<string, readonly unknown[]>> = {
  boolean: [true, false],
  integer: [0, -3, 7],
  unsignedInt: [0, 12],
  positiveInt: [1, 99],
  decimal: [0.5, 12, -3.25],
  string: ['x', 'Straße 1'],
  markdown: ['*x*\n\ny'],
  code: ['x'],
  id: ['a-1'],
  uri: ['urn:test:a', 'https://example.org/a'],
  url: ['https://example.org/a'],
  canonical: ['https://example.org/a|1.0'],
  oid: ['urn:oid:1.2.3'],
  uuid: ['urn:uuid:187e0c12-8dd2-47e2-99b2-bf273c878281'],
  date: ['2024', '2024-02', '2024-02-29'],
  dateTime: ['2024', '2024-02-29T10:00:00Z', '2024-02-29T10:00:00.123+01:00'],
  instant: ['2024-02-29T10:00:00Z'],
  time: ['10:00:00'],
  base64Binary: ['QUJD'],
};

/** Types that are written by hand, because their invariants tie elements together. */
const FIXED: Readonly<Record<string, unknown>> = {
  Narrative: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>' },
  Reference: { reference: 'Patient/1' },
  Extension: { url: 'urn:test:extension', valueString: 'x' },
  Quantity: { value: 1.5, unit: 'mm', system: 'http://unitsofmeasure.org', code: 'mm' },
  Age: { value: 40, system: 'http://unitsofmeasure.org', code: 'a' },
  Duration: { value: 4, system: 'http://unitsofmeasure.org', code: 'h' },
  Count: { value: 4, system: 'http://unitsofmeasure.org', code: '1' },
  Distance: { value: 4, system: 'http://unitsofmeasure.org', code: 'm' },
  Range: { low: { value: 1 }, high: { value: 2 } },
  Period: { start: '2024', end: '2025' },
  ContactPoint: { system: 'phone', value: '1' },
  Timing: { event: ['2024-02-29'] },
  Attachment: { contentType: 'text/plain', url: 'https://example.org/a' },
  Resource: { resourceType: 'Basic', code: { text: 'x' } },
  Expression: { language: 'text/fhirpath', expression: 'true' },
  ElementDefinition: { id: 'x', path: 'x' },
};

/**
 * A source of resources that the definitions allow, the same for the same seed: required elements always, others now and
 * then. Invariants of single resource types are not known to it.
 */
export function resourceGenerator(
  definitions: Definitions,
  seed: number,
): (resourceType: string) => Record<string, unknown> {
  let state = seed;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const pick = <T>(list: readonly T[]): T | undefined => list[random(list.length)];

  function object(path: string, depth: number): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    for (const [name, element] of definitions.structure(path)?.elements ?? []) {
      const skip = name === 'id' || name === 'contained' || element.max === 0;
      const wanted = element.min > 0 || (depth < 3 && random(4) === 0);
      if (skip || !wanted) continue;
      const type = pick(element.types) ?? '';
      const key = name.endsWith('[x]')
        ? name.slice(0, -3) + type.charAt(0).toUpperCase() + type.slice(1)
        : name;
      const item = value(type, element, depth + 1);
      if (item !== undefined) result[key] = element.max > 1 ? [item] : item;
    }
    return result;
  }

  function value(type: string, element: ElementDefinition, depth: number): unknown {
    const { structure, requiredBinding } = element;
    const codes = definitions.requiredCodes(requiredBinding ?? '');
    if (type === 'code' && codes !== undefined) return pick([...codes]);
    const system = definitions.requiredSystem(requiredBinding ?? '');
    if (codes !== undefined && system !== undefined && /^Cod(?:ing|eableConcept)$/.test(type)) {
      const coding = { system, code: pick([...codes]) };
      return type === 'Coding' ? coding : { coding: [coding] };
    }
    const primitive = VALUES[type];
    if (primitive !== undefined) return pick(primitive);
    if (FIXED[type] !== undefined) return FIXED[type];
    if (definitions.isResourceType(type)) return { resourceType: type, ...object(type, depth) };
    const made = object(structure ?? type, depth);
    return Object.keys(made).length === 0 ? { extension: [FIXED['Extension']] } : made;
  }

  return (resourceType) => ({ resourceType, ...object(resourceType, 0) });
}
