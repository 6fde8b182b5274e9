import type { IncomingMessage } from 'node:http';
import type { TokenPresentation } from '../../../src/plugin/sdk.ts';
import { certificateThumbprint } from '../tokens/certificate-thumbprint.ts';
import { clientCertificate } from './client-certificate.ts';

const CREDENTIALS = /^(Bearer|DPoP) +([\w.~+/=-]{1,4096})$/i;

/**
 * The access token that a request to an endpoint of the provider brings, and how it is shown.
 * @param origin public origin, without a trailing slash
 */
export function presentedToken(
  request: IncomingMessage,
  origin: string,
): { readonly token: string; readonly presentation: TokenPresentation } | undefined {
  const [, scheme = '', token] = CREDENTIALS.exec(request.headers.authorization ?? '') ?? [];
  if (token === undefined) return undefined;
  const presentation: TokenPresentation = {
    scheme: scheme.toLowerCase() === 'dpop' ? 'DPoP' : 'Bearer',
    method: request.method ?? 'GET',
    url: origin + ((request.url ?? '').split('?', 1)[0] ?? ''),
    header(name) {
      const value = request.headers[name];
      return typeof value === 'string' ? value : undefined;
    },
    certificate() {
      const certificate = clientCertificate(request, undefined);
      return certificate === undefined ? undefined : certificateThumbprint(certificate);
    },
  };
  return { token, presentation };
}
