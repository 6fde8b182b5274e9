import type { Add } from './converter.ts';

/** One search parameter of one resource type, compiled. */
export interface CompiledParameter {
  readonly code: string;
  /**
   * `branches`: compiled; `fhirpath`: left to the FHIRPath engine, some hundred times slower; `others`: a composite that is
   * searched by the values of other parameters alone; `nothing`: the definitions have no such element, or none of a type
   * that fits.
   */
  readonly by: 'branches' | 'fhirpath' | 'others' | 'nothing';
  extract(resource: unknown, add: Add): void;
}
