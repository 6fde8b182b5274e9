import type {
  SearchParameterComponent,
  SearchParameterType,
  StructureDefinition,
} from './model.ts';

/**
 * One element: name, min, max (-1 for `*`), type codes, path of the structure with the children or '', canonical of the
 * ValueSet of a required binding or '', 1 if it is part of a summary. A tuple, because the cache holds some ten thousand
 * of them; they stand in the order of the definition, which is the order in XML.
 */
export type CompactElement = readonly [...CompactBasics, summary?: 1];

/** What every element has. */
export type CompactBasics = readonly [
  name: string,
  min: number,
  max: number,
  types: readonly string[],
  structure: string,
  requiredBinding: string,
];

/** One structure: path, kind, elements. */
export type CompactStructure = readonly [
  path: string,
  kind: StructureDefinition['kind'],
  elements: readonly CompactElement[],
];

/** One search parameter of one resource type. */
export interface CompactSearchParameter {
  readonly resourceType: string;
  readonly code: string;
  readonly type: SearchParameterType;
  readonly url: string;
  readonly expression: string;
  readonly targets: readonly string[];
  readonly components?: readonly SearchParameterComponent[];
}

/** Everything that is kept of the published definitions; plain JSON. */
export interface CompactDefinitions {
  readonly resourceTypes: readonly string[];
  readonly structures: readonly CompactStructure[];
  readonly searchParameters: readonly CompactSearchParameter[];
  /** Resource type to the codes of its compartment parameters. */
  readonly patientCompartment: Readonly<Record<string, readonly string[]>>;
  /** Canonical URL of a ValueSet to its codes. */
  readonly requiredCodes: Readonly<Record<string, readonly string[]>>;
  /** Canonical URL of a ValueSet to its code system, where there is one only. */
  readonly requiredSystems: Readonly<Record<string, string>>;
}
