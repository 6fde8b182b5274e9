import type { Definitions } from '../../definitions/model.ts';
import { fhirError } from '../../outcome/codes.ts';
import { planCompiler } from './compile.ts';
import { resourceCheck } from './resource.ts';
import { report, validationState } from './state.ts';

/**
 * Checks that a JSON value is a resource of FHIR R4.
 * @param expectedType refuses any other type.
 * @throws FhirError `FHIR_INVALID_RESOURCE` with all issues, at most a hundred.
 */
export type Validator = (resource: unknown, expectedType?: string) => void;

/**
 * Makes the structural validator: properties, cardinalities, JSON and primitive types, choices, codes of required
 * bindings that are enumerations, references, contained resources, narratives, and those invariants that need no
 * FHIRPath engine (ele-1, ext-1, dom-2 to dom-5, ref-1, per-1, qty-3, cpt-2, att-1, txt-1). Profiles are not its matter.
 * @see https://hl7.org/fhir/R4/validation.html
 */
export function createValidator(definitions: Definitions): Validator {
  const check = resourceCheck(definitions.isResourceType, planCompiler(definitions));
  return (resource, expectedType) => {
    const state = validationState();
    const type = (resource as { readonly resourceType?: unknown } | null | undefined)?.resourceType;
    if (typeof type === 'string' && definitions.isResourceType(type)) {
      state.path[0] = type;
      state.top = 1;
    }
    if (expectedType !== undefined && type !== expectedType) {
      report(state, 'structure', `Expected a resource of type ${expectedType}`);
    }
    check(resource, state);
    if (state.issues.length > 0) {
      throw fhirError('FHIR_INVALID_RESOURCE', {}, { issues: state.issues });
    }
  };
}
