import type { CompactBasics, CompactElement, CompactStructure } from './compact.ts';
import type { StructureDefinition } from './model.ts';
import type { PublishedElement, PublishedStructure } from './published.ts';

const FHIR_TYPE = 'http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type';
const SYSTEM_TYPES = 'http://hl7.org/fhirpath/System.';

const KINDS: Readonly<Record<string, StructureDefinition['kind']>> = {
  'primitive-type': 'primitive',
  'complex-type': 'complex',
  resource: 'resource',
};

/** Elements of every data type and backbone element, which some of Medplum's own types forget to name. */
const ELEMENT: readonly CompactElement[] = [
  ['id', 0, 1, ['string'], '', ''],
  ['extension', 0, -1, ['Extension'], '', ''],
];

/**
 * Reduces StructureDefinitions to their elements. Profiles (derivation `constraint`) and logical models are no
 * structures of resources and are left out.
 */
export function reduceStructures(
  published: readonly PublishedStructure[],
): readonly CompactStructure[] {
  return published.filter(isStructure).flatMap(reduceStructure);
}

/** Types whose instances are stored: resources that are not abstract. */
export function concreteResourceTypes(published: readonly PublishedStructure[]): readonly string[] {
  return published
    .filter((it) => isStructure(it) && it.kind === 'resource' && !it.abstract)
    .map((structure) => structure.type)
    .sort();
}

function isStructure(structure: PublishedStructure): boolean {
  return structure.derivation !== 'constraint' && KINDS[structure.kind] !== undefined;
}

function reduceStructure(structure: PublishedStructure): readonly CompactStructure[] {
  const kind = KINDS[structure.kind] ?? 'complex';
  const elements = structure.snapshot?.element ?? [];
  const parents = new Set(elements.map((element) => parentOf(element.path)));
  const children = new Map<string, CompactElement[]>([[structure.type, []]]);
  for (const element of elements) {
    const parent = parentOf(element.path);
    if (parent === '') continue;
    if (kind === 'primitive' && element.path.endsWith('.value')) continue;
    const compact = reduceElement(element, kind, parents.has(element.path));
    children.set(parent, [...(children.get(parent) ?? []), compact]);
  }
  return [...children].map(([path, list]) => [
    path,
    path === structure.type ? kind : 'backbone',
    kind === 'complex' || path !== structure.type ? withElement(list) : list,
  ]);
}

function reduceElement(
  element: PublishedElement,
  kind: StructureDefinition['kind'],
  hasChildren: boolean,
): CompactElement {
  const structure =
    element.contentReference?.slice(element.contentReference.indexOf('#') + 1) ??
    (hasChildren ? element.path : '');
  const binding = element.binding;
  const reduced: CompactBasics = [
    element.path.slice(element.path.lastIndexOf('.') + 1),
    element.min,
    element.max === '*' ? -1 : Number(element.max),
    typesOf(element, kind),
    structure,
    binding?.strength === 'required' ? (binding.valueSet?.split('|')[0] ?? '') : '',
  ];
  return element.isSummary === true ? [...reduced, 1] : reduced;
}

function typesOf(element: PublishedElement, kind: StructureDefinition['kind']): readonly string[] {
  if (element.type === undefined) return ['BackboneElement'];
  // R4 types the id of a resource as string; http.html and Resource.id itself say that it is an id.
  if (kind === 'resource' && /^\w+\.id$/.test(element.path)) return ['id'];
  return element.type.map((type) => {
    if (!type.code.startsWith(SYSTEM_TYPES)) return type.code;
    return type.extension?.find((extension) => extension.url === FHIR_TYPE)?.valueUrl ?? 'string';
  });
}

/** The elements with those that all have at the front, in their order. */
function withElement(elements: readonly CompactElement[]): readonly CompactElement[] {
  const named = new Map(elements.map((element) => [element[0], element]));
  const first = ELEMENT.map((element) => named.get(element[0]) ?? element);
  return [...first, ...elements.filter((element) => !first.includes(element))];
}

function parentOf(path: string): string {
  const dot = path.lastIndexOf('.');
  return dot < 0 ? '' : path.slice(0, dot);
}
