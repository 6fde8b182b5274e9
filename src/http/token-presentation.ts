import { hash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { TokenPresentation } from '../plugin/sdk.ts';

/** How a token was shown with a request. @param origin public origin, without a trailing slash */
export function tokenPresentation(
  request: IncomingMessage,
  origin: string,
  scheme: TokenPresentation['scheme'],
): TokenPresentation {
  const url = request.url ?? '/';
  const mark = url.indexOf('?');
  return {
    scheme,
    method: request.method ?? 'GET',
    url: origin + (mark < 0 ? url : url.slice(0, mark)),
    header(name) {
      const value = request.headers[name];
      return typeof value === 'string' ? value : undefined;
    },
    certificate: () => thumbprint(request.socket),
  };
}

/** @see https://www.rfc-editor.org/rfc/rfc8705#section-3.1 */
function thumbprint(socket: IncomingMessage['socket']): string | undefined {
  const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
  return certificate === undefined ? undefined : hash('sha256', certificate.raw, 'base64url');
}
