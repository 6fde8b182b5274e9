import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SignInOrigin } from '../../../src/plugin/sdk.ts';
import { requestOrigin } from '../oidc/request-origin.ts';
import type { ClientAddress } from './client-address.ts';

/** Where a form came from, for limits and the ledger. */
export function signInOrigin(
  address: ClientAddress,
  { request, response }: { readonly request: IncomingMessage; readonly response: ServerResponse },
): SignInOrigin {
  const userAgent = request.headers['user-agent']?.slice(0, 500);
  return {
    address: address(request),
    ...requestOrigin(address, request, response),
    ...(userAgent === undefined ? {} : { userAgent }),
  };
}
