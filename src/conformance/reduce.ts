import type { CodeSystem, ConceptMap, ElementDefinition, ValueSet } from '@medplum/fhirtypes';
import type { ConformanceType, ConformanceTypes, StructureResource } from './model.ts';

type Json = Readonly<Record<string, unknown>>;

const COMMON = ['resourceType', 'id', 'url', 'version', 'name', 'title', 'status'];
const KEPT: Readonly<Record<Exclude<ConformanceType, 'StructureDefinition'>, readonly string[]>> = {
  CodeSystem: [
    'content',
    'caseSensitive',
    'valueSet',
    'hierarchyMeaning',
    'supplements',
    'language',
    'property',
    'concept',
  ],
  ValueSet: ['immutable', 'language', 'compose', 'expansion'],
  ConceptMap: ['sourceUri', 'sourceCanonical', 'targetUri', 'targetCanonical', 'group'],
};
const ELEMENT = [
  'id',
  'path',
  'sliceName',
  'slicing',
  'min',
  'max',
  'type',
  'contentReference',
  'maxLength',
  'binding',
  'constraint',
];
const ELEMENT_VALUES = /^(?:fixed|pattern|minValue|maxValue)[A-Z]/;

/** True if the resource is one of the kinds that are kept, and has a canonical URL. */
export function isConformance(
  resource: Json,
): resource is Json & { resourceType: ConformanceType; url: string } {
  const type = resource['resourceType'];
  return (
    typeof resource['url'] === 'string' &&
    (type === 'StructureDefinition' || Object.hasOwn(KEPT, String(type)))
  );
}

/** What is kept of a conformance resource: everything that has a meaning for a machine, no narrative. */
export function reduceConformance(resource: Json): ConformanceTypes[ConformanceType] {
  const type = resource['resourceType'] as ConformanceType;
  if (type === 'StructureDefinition') return reduceStructure(resource);
  return pick(resource, [...COMMON, ...KEPT[type]]) as unknown as
    | CodeSystem
    | ValueSet
    | ConceptMap;
}

function reduceStructure(resource: Json): StructureResource {
  const snapshot = elementsOf(resource['snapshot']);
  return {
    ...(pick(resource, [
      'resourceType',
      'url',
      'version',
      'type',
      'kind',
      'abstract',
      'derivation',
      'baseDefinition',
    ]) as unknown as StructureResource),
    complete: snapshot !== undefined,
    elements: (snapshot ?? elementsOf(resource['differential']) ?? []).map(reduceElement),
  };
}

function elementsOf(view: unknown): readonly Json[] | undefined {
  const elements = (view as { readonly element?: unknown } | undefined)?.element;
  return Array.isArray(elements) && elements.length > 0 ? (elements as Json[]) : undefined;
}

function reduceElement(element: Json): ElementDefinition {
  const values = Object.keys(element).filter((key) => ELEMENT_VALUES.test(key));
  const kept: Record<string, unknown> = pick(element, [...ELEMENT, ...values]);
  if (Array.isArray(kept['type'])) {
    kept['type'] = kept['type'].map((type: Json) =>
      pick(type, ['code', 'profile', 'targetProfile']),
    );
  }
  const binding = kept['binding'];
  if (binding !== undefined) kept['binding'] = pick(binding as Json, ['strength', 'valueSet']);
  if (Array.isArray(kept['constraint'])) {
    kept['constraint'] = kept['constraint'].map((constraint: Json) =>
      pick(constraint, ['key', 'severity', 'human', 'expression', 'source']),
    );
  }
  return kept as unknown as ElementDefinition;
}

function pick(object: Json, keys: readonly string[]): Record<string, unknown> {
  const picked: Record<string, unknown> = {};
  for (const key of keys) if (object[key] !== undefined) picked[key] = object[key];
  return picked;
}
