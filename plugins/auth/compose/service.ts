import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AuthService } from '../../../src/plugin/sdk.ts';
import { isFhirError } from '../../../src/plugin/sdk.ts';
import type { requestLimit } from '../pages/request-limit.ts';
import { loginLimits } from '../logins/login-limits.ts';
import { authService } from '../service/auth-service.ts';
import { serviceCodes } from '../service/codes.ts';
import { authEndpoints } from '../service/endpoints.ts';
import { clientSecrets } from '../service/client-secrets.ts';
import { type ClientSource, clientSource } from '../service/client-source.ts';
import { tokenRequests } from '../service/token-requests.ts';
import type { AuthCore } from './core.ts';
import type { OidcPart } from './oidc.ts';
import type { SignInServices } from './sign-in.ts';

/** What the provider and its routes need of the part that other plugins reach. */
export interface ServiceParts {
  readonly clients: ClientSource;
  /** A request to the token endpoint as other plugins leave it; undefined: one of them has refused it, and that is told. */
  readonly adapted: (
    request: IncomingMessage,
    response: ServerResponse,
  ) => Promise<IncomingMessage | undefined>;
}

/** Offers other plugins the endpoints of the provider. */
export function composeEndpoints(
  core: AuthCore,
  limited: ReturnType<typeof requestLimit>,
): ServiceParts {
  const { box, clients: inventory, database, host } = core;
  const secrets = clientSecrets(database, box, host.clock);
  const clients = clientSource(inventory, secrets);
  const requests = tokenRequests();
  const admitted = host.config.tokens.clientSecrets ?? host.mode === 'sandbox';
  host.provide(
    'endpoints',
    authEndpoints({ core, limited, clients, secrets, requests, clientSecrets: admitted }),
  );
  return {
    clients,
    async adapted(request, response) {
      try {
        return await requests.adapted(request);
      } catch (error) {
        if (!isFhirError(error) || error.status >= 500) throw error;
        refuse(response, error.outcome.issue[0]?.details?.text);
        return undefined;
      }
    },
  };
}

/** Offers other plugins the sign-in, the sessions and the accounts. */
export function composeService(
  core: AuthCore,
  parts: {
    readonly clients: ClientSource;
    readonly oidc: Pick<OidcPart, 'issueCode'>;
    readonly services: Pick<SignInServices, 'security' | 'signIn'>;
    readonly invite: AuthService['invite'];
  },
): void {
  const { host, identities, logins } = core;
  const { clients, oidc, services, invite } = parts;
  const { signIn, security } = services;
  const codes = serviceCodes({
    signIn,
    identities,
    logins,
    limits: loginLimits(host.config.logins),
    clock: host.clock,
    client: (clientId) => clients.view(clientId),
    issue: oidc.issueCode,
  });
  const ended: Parameters<typeof authService>[0]['ended'] = ({ profile, clientId }, origin) =>
    core.audit({
      type: '110114',
      subtype: '110123',
      outcome: 'success',
      agent: profile,
      ...(profile.startsWith('Patient/') ? { patient: profile } : {}),
      clientId,
      description: 'A login was ended by its owner',
      ...(origin.network === undefined ? {} : { network: origin.network }),
      ...(origin.requestId === undefined ? {} : { requestId: origin.requestId }),
    });
  host.provide(
    'service',
    authService({ signIn, codes, logins, identities, security, invite, ended }),
  );
}

/** @see https://www.rfc-editor.org/rfc/rfc6749#section-5.2 */
function refuse(response: ServerResponse, description = 'The request was refused'): void {
  const body = JSON.stringify({ error: 'invalid_grant', error_description: description });
  response.writeHead(400, {
    'Content-Type': 'application/json; charset=utf-8',
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    'Content-Length': String(Buffer.byteLength(body)),
  });
  response.end(body);
}
