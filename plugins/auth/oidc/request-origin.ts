import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import type { ClientAddress } from '../pages/client-address.ts';

/** Where a request came from and under which id it is known, for the audit ledger. */
export interface RequestOrigin {
  readonly network?: string;
  readonly requestId?: string;
}

/** The host has put the id of the request on the response before the plugin sees it. */
export function requestOrigin(
  address: ClientAddress,
  request: IncomingMessage,
  response: ServerResponse,
): RequestOrigin {
  const counted = address(request);
  // Of an IPv6 address that is the first half.
  const network = isIP(counted) === 0 ? `${counted}::` : counted;
  const requestId = response.getHeader('x-request-id');
  return {
    ...(isIP(network) === 0 ? {} : { network }),
    ...(typeof requestId === 'string' ? { requestId } : {}),
  };
}
