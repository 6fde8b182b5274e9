import { fhirError } from '../../outcome/codes.ts';
import type { FhirError } from '../../outcome/fhir-error.ts';
import type { PolicyRule } from '../policy.ts';

/** Rules that an error names; a policy may have hundreds. */
const MOST = 5;

/** The refusal of a searched name. It depends on the policy alone, never on data. */
export function blockedError(type: string, name: string, by: readonly PolicyRule[]): FhirError {
  const ids = [...new Set(by.map(({ id }) => id))];
  const shown = ids.slice(0, MOST).join(', ');
  return fhirError('ACCESS_PARAMETER_BLOCKED', {
    name,
    type,
    rules: ids.length > MOST ? `${shown}, …` : shown,
  });
}
