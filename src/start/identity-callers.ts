import { pluginRepository } from '../fhir/plugin-repository.ts';
import type { FhirServices } from '../fhir/request.ts';
import type { Principals } from '../identity/principals.ts';
import { fhirError } from '../outcome/codes.ts';
import type { PluginHost } from '../plugin/sdk.ts';

/**
 * Data access for an identity between its sign-in and its first token, such as to choose the patient that an app is
 * launched about. The policies hold as they will for the token, and the accesses are on the ledger as the identity's.
 */
export function identityCallers(
  services: FhirServices,
  principals: Principals,
): PluginHost['asIdentity'] {
  return async (claims, { requestId, network }) => {
    const principal = await principals.ofToken({ ...claims, tokenId: requestId }, network);
    if (principal.barred === true) throw fhirError('ACCESS_DENIED_NETWORK');
    const origin = network === undefined ? {} : { network };
    return pluginRepository(services, { principal, requestId, ...origin });
  };
}
