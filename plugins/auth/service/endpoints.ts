import { isIP } from 'node:net';
import type { AuthEndpoints } from '../../../src/plugin/sdk.ts';
import type { AuthCore } from '../compose/core.ts';
import type { requestLimit } from '../pages/request-limit.ts';
import type { ClientSecrets } from './client-secrets.ts';
import type { ClientSource } from './client-source.ts';
import type { TokenRequests } from './token-requests.ts';

/** Browsers say who they are at this length or less; what is longer is of no use. */
const MAX_USER_AGENT = 400;

export interface EndpointParts {
  readonly core: Pick<AuthCore, 'address'>;
  readonly limited: ReturnType<typeof requestLimit>;
  readonly clients: ClientSource;
  readonly secrets: ClientSecrets;
  readonly requests: TokenRequests;
  readonly clientSecrets: boolean;
}

/** What other plugins reach of the provider's endpoints. */
export function authEndpoints(parts: EndpointParts): AuthEndpoints {
  const { core, limited, clients, secrets, requests } = parts;
  return {
    originOf(request) {
      const agent = request.headers['user-agent']?.slice(0, MAX_USER_AGENT);
      const known = request.headers['x-request-id'];
      const address = core.address(request);
      // Of an IPv6 address that is the first half.
      const network = isIP(address) === 0 ? `${address}::` : address;
      return {
        address,
        ...(isIP(network) === 0 ? {} : { network }),
        ...(typeof known === 'string' ? { requestId: known } : {}),
        ...(agent === undefined ? {} : { userAgent: agent }),
      };
    },
    limited,
    beforeToken: (adapter) => {
      requests.add(adapter);
    },
    addClients: (source) => {
      clients.add(source);
    },
    client: (clientId) => clients.view(clientId),
    clientSecrets: parts.clientSecrets,
    makeClientSecret: (clientId) => secrets.make(clientId),
    hasClientSecret: async (clientId) => (await secrets.find(clientId)) !== undefined,
    dropClientSecret: (clientId) => secrets.drop(clientId),
  };
}
