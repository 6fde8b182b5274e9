/**
 * The FHIR definitions as the host needs them: compact, immutable, the same for every request. How they are made from
 * the published bundles, and kept between starts, is the business of `load.ts`.
 */

/** Kinds of search parameter. @see https://hl7.org/fhir/R4/search.html#ptypes */
export type SearchParameterType =
  | 'token'
  | 'reference'
  | 'string'
  | 'date'
  | 'uri'
  | 'number'
  | 'quantity'
  | 'composite'
  | 'special';

/** One search parameter, as it applies to one resource type. */
export interface SearchParameterDefinition {
  readonly code: string;
  readonly type: SearchParameterType;
  /** Canonical URL. */
  readonly url: string;
  /** FHIRPath, reduced to the part that concerns this resource type. */
  readonly expression: string;
  /** Resource types that a reference parameter may point to; empty for others. */
  readonly targets: readonly string[];
  /** The parts of a composite, in their order; absent for others. */
  readonly components?: readonly SearchParameterComponent[];
  /** True while resources stored before are still being indexed: the parameter cannot be searched by yet. */
  readonly indexing?: boolean;
  /** True if it comes from a SearchParameter that is stored on this server. */
  readonly custom?: boolean;
}

/** One part of a composite search parameter. @see https://hl7.org/fhir/R4/search.html#composite */
export interface SearchParameterComponent {
  readonly type: SearchParameterType;
  /** FHIRPath from the element that holds the parts. */
  readonly expression: string;
}

/** One element of a structure. */
export interface ElementDefinition {
  readonly min: number;
  /** `Infinity` for `*`. */
  readonly max: number;
  /** Type codes (`string`, `CodeableConcept`, `Reference`, `BackboneElement` …); several for a choice `[x]`. */
  readonly types: readonly string[];
  /** True if it is part of the summary of its structure. @see https://hl7.org/fhir/R4/search.html#summary */
  readonly summary: boolean;
  /** Path of the structure that holds the children, for a backbone element or a contentReference. */
  readonly structure?: string;
  /** Canonical URL of a ValueSet with a required binding. */
  readonly requiredBinding?: string;
}

/** A resource, data type or backbone structure. */
export interface StructureDefinition {
  /** `Observation`, `CodeableConcept`, `Observation.component`. */
  readonly path: string;
  readonly kind: 'resource' | 'complex' | 'primitive' | 'backbone';
  /** Element name (a choice as `value[x]`) to its definition, inherited ones included, in the order of the definition. */
  readonly elements: ReadonlyMap<string, ElementDefinition>;
}

/** All that the host knows of FHIR R4 and of the Medplum types it stores. */
export interface Definitions {
  /** All concrete resource types that can be stored, R4 and Medplum's, in alphabetical order. */
  readonly resourceTypes: readonly string[];
  readonly isResourceType: (name: string) => boolean;
  /** Definition of a structure by its path, or undefined. */
  readonly structure: (path: string) => StructureDefinition | undefined;
  /** All search parameters of a type by code, the common ones (`_id`, `_lastUpdated`, `_tag` …) included. */
  readonly searchParameters: (
    resourceType: string,
  ) => ReadonlyMap<string, SearchParameterDefinition>;
  /** Codes of the reference parameters that put a resource of this type into a patient's compartment. */
  readonly patientCompartment: (resourceType: string) => readonly string[];
  /** Codes of a ValueSet with a required binding, if it is a plain enumeration. */
  readonly requiredCodes: (valueSet: string) => ReadonlySet<string> | undefined;
  /** The one code system that such a ValueSet takes its codes from; undefined where there are several or none. */
  readonly requiredSystem: (valueSet: string) => string | undefined;
  /** Which of `_text` and `_content` can be searched by; absent where neither can. */
  readonly fullText?: ReadonlySet<string>;
  /** A number that changes whenever search parameters come or go while the server runs; absent where none can. */
  readonly revision?: () => number;
}
