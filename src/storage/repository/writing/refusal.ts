import type { FhirError } from '../../../outcome/fhir-error.ts';
import type { Access } from '../../access-context.ts';

/** An access that was refused inside a unit: the unit is dropped, the refusal is recorded. */
export class Refusal extends Error {
  readonly access: Access;
  readonly error: FhirError;
  constructor(access: Access, error: FhirError) {
    super(error.code, { cause: error });
    this.access = access;
    this.error = error;
  }
}
