import { fhirError } from '../outcome/codes.ts';
import type { FhirError } from '../outcome/fhir-error.ts';
import type { CompiledPolicy, PolicyInteraction } from './policy.ts';
import type { Principal } from './principal.ts';

type Denied = Pick<Principal, 'policy' | 'withheld'>;

/**
 * The error for an interaction that no rule allows on a type: 403, or 401 where a better authentication would change it.
 * It depends on the policies alone, never on data.
 * @param type a resource type; for several, what to call them, with `types` naming them
 */
export function denied(
  principal: Denied,
  interaction: PolicyInteraction,
  type: string,
  types: readonly string[] = [type],
): FhirError {
  const allows = (policy: CompiledPolicy): boolean =>
    types.some((one) => policy.rules(one, interaction).length > 0);
  return stepUp(principal, allows) ?? fhirError('ACCESS_DENIED', { interaction, type });
}

/** The error for an operation that no policy names. @param name without `$`, short enough to be shown */
export function operationDenied(principal: Denied, name: string): FhirError {
  const allows = (policy: CompiledPolicy): boolean => policy.operation(name) !== undefined;
  return stepUp(principal, allows) ?? fhirError('ACCESS_OPERATION_DENIED', { operation: name });
}

/** The challenge to authenticate better. @see https://www.rfc-editor.org/rfc/rfc9470#section-3 */
function stepUp(
  { withheld }: Denied,
  allows: (policy: CompiledPolicy) => boolean,
): FhirError | undefined {
  if (withheld === undefined || !allows(withheld.policy)) return undefined;
  const values = withheld.acr.join(' ');
  const challenge = `Bearer error="insufficient_user_authentication", acr_values="${values}"`;
  return fhirError('AUTH_STEP_UP_REQUIRED', {}, { headers: { 'WWW-Authenticate': challenge } });
}
