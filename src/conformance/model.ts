import type { CodeSystem, ConceptMap, ElementDefinition, ValueSet } from '@medplum/fhirtypes';

/** A StructureDefinition with what validation reads of it; the elements of the snapshot if it has one. */
export interface StructureResource {
  readonly resourceType: 'StructureDefinition';
  readonly url: string;
  readonly version?: string;
  readonly type: string;
  readonly kind: string;
  readonly abstract?: boolean;
  readonly derivation?: string;
  readonly baseDefinition?: string;
  /** True if `elements` say all that holds, false if only what differs from the base. */
  readonly complete: boolean;
  readonly elements: readonly ElementDefinition[];
}

/** Resources that say what other resources mean, by type. */
export interface ConformanceTypes {
  readonly CodeSystem: CodeSystem;
  readonly ValueSet: ValueSet;
  readonly ConceptMap: ConceptMap;
  readonly StructureDefinition: StructureResource;
}

/** Name of such a type. */
export type ConformanceType = keyof ConformanceTypes;

/** All such types. */
export const CONFORMANCE_TYPES: readonly ConformanceType[] = [
  'CodeSystem',
  'ValueSet',
  'ConceptMap',
  'StructureDefinition',
];

/** A resource that was found, and the set of packages in which its own references are to be looked up. */
export interface Found<T extends ConformanceType> {
  readonly resource: ConformanceTypes[T];
  /** Name of the package it came from; '' for a resource stored on this server. */
  readonly scope: string;
}

/** Where conformance resources are looked up by canonical URL. */
export interface ConformanceSource {
  /**
   * Finds one by `url` or `url|version`. A version may be given in part (`|1.2` is any `1.2.x`); without one, the newest is
   * taken, within the dependencies of the package that asks first.
   * @param scope of the resource that refers to it
   */
  find<T extends ConformanceType>(
    type: T,
    canonical: string,
    scope?: string,
  ): Promise<Found<T> | undefined>;
  /** All ConceptMaps between two systems or value sets, or all that are there. */
  conceptMaps(): Promise<readonly ConceptMap[]>;
}

/** URL and version of a canonical; a fragment is dropped. */
export function splitCanonical(canonical: string): {
  readonly url: string;
  readonly version?: string;
} {
  const bar = canonical.lastIndexOf('|');
  const url = (bar < 0 ? canonical : canonical.slice(0, bar)).replace(/#.*$/s, '');
  return bar < 0 || bar === canonical.length - 1
    ? { url }
    : { url, version: canonical.slice(bar + 1) };
}
