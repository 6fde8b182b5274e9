import { asObject } from '../access/json-object.ts';
import { readValidity, type Validity } from '../access/period.ts';
import { POLICY_PERIOD_EXTENSION } from '../access/policy-extensions.ts';
import { policyInvalid } from '../access/policy-invalid.ts';

/**
 * The periods that a membership, or one entry of its `access`, is limited to.
 * @throws FhirError `POLICY_INVALID` for one that cannot be read: ignoring it would widen
 */
export function periodsOf(element: object): readonly Validity[] {
  const { extension } = element as { readonly extension?: unknown };
  if (!Array.isArray(extension)) return [];
  return extension.flatMap((item: unknown) => {
    const fields = asObject(item);
    if (fields?.['url'] !== POLICY_PERIOD_EXTENSION) return [];
    const validity = readValidity(fields['valuePeriod']);
    if (validity === undefined) {
      throw policyInvalid('of the membership', 'its period cannot be read', {
        expression: ['ProjectMembership.extension'],
      });
    }
    return [validity];
  });
}
