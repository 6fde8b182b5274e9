import type { IncomingMessage } from 'node:http';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Where a sign-in begun under another name of this machine has to go: cookies set for 127.0.0.1 are not sent to
 * localhost. Only loopback names are exchanged; behind a proxy the Host header may be anything.
 * @returns the URL to redirect to, or undefined: the request is at the right place.
 */
export function canonicalHost(request: IncomingMessage, origin: URL): string | undefined {
  const host = URL.parse(`http://${request.headers.host ?? ''}`);
  if (host === null || host.host === origin.host || request.method !== 'GET') return undefined;
  const sameMachine = LOOPBACK.has(host.hostname) && LOOPBACK.has(origin.hostname);
  return sameMachine && host.port === origin.port
    ? `${origin.origin}${request.url ?? ''}`
    : undefined;
}
