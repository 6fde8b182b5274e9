import type { IncomingMessage } from 'node:http';
import type { Config } from '../config/config.ts';
import { pluginRepository } from '../fhir/plugin-repository.ts';
import type { FhirServices } from '../fhir/request.ts';
import { authenticate } from '../http/authenticate.ts';
import { clientAddress } from '../http/client-address.ts';
import { requestId } from '../http/request-id.ts';
import type { Principals } from '../identity/principals.ts';
import { fhirError } from '../outcome/codes.ts';
import type { PluginSet } from '../plugin/host.ts';
import type { Authenticator, RouteCaller, TokenClaims } from '../plugin/sdk.ts';
import type { EarlyRefusals } from './early-refusals.ts';

/** What callers of plugins' routes are found out with. */
export interface RouteCallerParts {
  readonly config: Pick<Config, 'http'>;
  readonly services: FhirServices;
  readonly principals: Principals;
  readonly refusals: EarlyRefusals;
  /** The registered plugins; asked at each request, since routes are registered before all plugins are. */
  readonly registered: () => PluginSet;
}

/**
 * Finds out who calls the route of a plugin, by the same checks that a request to the FHIR API passes: the token, the
 * network rules of the policies, the say of plugins. A refusal is on the ledger before it is thrown.
 */
export function routeCallers(
  parts: RouteCallerParts,
): (request: IncomingMessage) => Promise<RouteCaller> {
  const { config, services, principals, refusals, registered } = parts;
  return async (request) => {
    const network = clientAddress(request, config.http.clientAddressHeader);
    const attempt = {
      requestId: requestId(request.headers['x-request-id']),
      ...(network === undefined ? {} : { network }),
    };
    let principal: RouteCaller['principal'] | undefined;
    try {
      const { authenticator, hooks } = registered();
      if (authenticator === undefined) throw fhirError('AUTH_TOKEN_INVALID');
      const noting = noteClaims(authenticator);
      principal = await authenticate(
        request,
        config.http.origin,
        noting.authenticator,
        principals,
        network,
      );
      if (principal.barred === true) throw fhirError('ACCESS_DENIED_NETWORK');
      if (request.headers['x-medplum-on-behalf-of'] !== undefined)
        throw fhirError('FHIR_ON_BEHALF_OF');
      if (hooks.has('SERVER_INCOMING_REQUEST_POST_PROCESSED')) {
        await hooks.run('SERVER_INCOMING_REQUEST_POST_PROCESSED', {
          principal,
          requestId: attempt.requestId,
          interaction: '',
        });
      }
      return {
        principal,
        claims: noting.claims(),
        repository: pluginRepository(services, { principal, ...attempt }),
        ...attempt,
      };
    } catch (error) {
      throw await refusals.refused(
        { ...attempt, ...(principal === undefined ? {} : { principal }) },
        error,
      );
    }
  };
}

/** The authenticator, and the claims of the token that it has verified. */
function noteClaims(authenticator: Authenticator): {
  readonly authenticator: Authenticator;
  claims(): TokenClaims;
} {
  let noted: TokenClaims | undefined;
  return {
    authenticator: {
      ...authenticator,
      verify: async (...request) => {
        noted = await authenticator.verify(...request);
        return noted;
      },
    },
    claims() {
      if (noted === undefined) throw new TypeError('A principal was made without a token');
      return noted;
    },
  };
}
