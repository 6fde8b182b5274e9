import type { Config } from '../config/config.ts';
import type { FhirServices } from '../fhir/request.ts';
import { authenticate } from '../http/authenticate.ts';
import {
  createFhirEndpoint,
  type FhirEndpoint,
  type FhirEndpointOptions,
} from '../http/fhir-endpoint.ts';
import { securityHeaders } from '../http/security-headers.ts';
import type { Principals } from '../identity/principals.ts';
import { fhirError } from '../outcome/codes.ts';
import type { PluginSet } from '../plugin/host.ts';
import type { EarlyRefusals } from './early-refusals.ts';

/** What answers requests to the FHIR API. */
export interface EndpointParts {
  readonly config: Config;
  readonly services: FhirServices;
  readonly set: PluginSet;
  readonly principals: Principals;
  readonly refusals: EarlyRefusals;
  readonly onError: FhirEndpointOptions['onError'];
}

/** The FHIR API as the configuration and the plugins make it: who authenticates, and whose hooks are asked. */
export function openEndpoint(parts: EndpointParts): FhirEndpoint {
  const { config, services, set, principals, refusals, onError } = parts;
  const { authenticator } = set;
  const { origin } = config.http;
  return createFhirEndpoint({
    refused: (attempt, error) => refusals.refused(attempt, error),
    services,
    origin,
    headers: securityHeaders(origin),
    maxBodyBytes: config.http.maxBodyBytes,
    maxBinaryBytes: config.http.maxBinaryBytes,
    maxImportBytes: config.bulk.maxImportBytes,
    authenticate: (request, network) => {
      if (authenticator === undefined) throw fhirError('AUTH_TOKEN_INVALID');
      return authenticate(request, origin, authenticator, principals, network);
    },
    ...(config.http.clientAddressHeader !== undefined && {
      clientAddressHeader: config.http.clientAddressHeader,
    }),
    onError,
    ...(authenticator?.smartConfiguration !== undefined && {
      smartConfiguration: authenticator.smartConfiguration,
    }),
    ...(set.hooks.has('SERVER_INCOMING_REQUEST_POST_PROCESSED') && {
      authenticated: (principal, requestId) =>
        set.hooks.run('SERVER_INCOMING_REQUEST_POST_PROCESSED', {
          principal,
          requestId,
          interaction: '',
        }),
    }),
    ...(set.hooks.has('SERVER_PROCESSING_COMPLETED') && {
      completed: (principal, requestId, status) => {
        void set.hooks.run(
          'SERVER_PROCESSING_COMPLETED',
          { principal, requestId, interaction: '' },
          status,
        );
      },
    }),
  });
}
