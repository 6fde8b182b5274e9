import { TransportError } from './transport-error.ts';

const MAX_ENDPOINT_CHARACTERS = 200;
const HOST = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i;
const PATH = /^(?:\/[A-Za-z0-9._~-]+)*$/;
const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])(?::\d{1,5})?$/i;

/**
 * URL of an insurer's interface from `Endpunkt_Kommunikationsstelle`: `https://` + endpoint + `/diga`. A scheme and
 * closing slashes in the directory are tolerated; user names, queries, fragments and dot segments are not.
 * @param options `allowLoopbackHttp`: reach an endpoint on this machine by plain http, for sandboxes
 * @throws TransportError ENDPOINT_INVALID, PLAIN_HTTP_REFUSED
 * @see Richtlinie nach § 302 Abs. 2 SGB V DiGA, Technische Anlage 1
 */
export function endpointUrl(
  endpoint: string,
  options: { readonly allowLoopbackHttp?: boolean } = {},
): URL {
  const trimmed = endpoint.trim();
  const scheme = /^(https?):\/\//i.exec(trimmed)?.[1]?.toLowerCase();
  const rest = trimmed.replace(/^https?:\/\//i, '').replace(/\/+$/, '');
  const slash = rest.indexOf('/');
  const host = slash < 0 ? rest : rest.slice(0, slash);
  const path = slash < 0 ? '' : rest.slice(slash);
  if (
    trimmed.length > MAX_ENDPOINT_CHARACTERS ||
    !HOST.test(host) ||
    !PATH.test(path) ||
    path.split('/').some((segment) => segment === '.' || segment === '..')
  ) {
    throw new TransportError('ENDPOINT_INVALID', 'The endpoint is not a host with port and path');
  }
  const plain =
    scheme !== 'https' && options.allowLoopbackHttp === true && LOOPBACK.test(host.toLowerCase());
  if (scheme === 'http' && !plain) {
    throw new TransportError('PLAIN_HTTP_REFUSED', 'Plain http is refused for this endpoint');
  }
  return parse(`${plain ? 'http' : 'https'}://${host}${path}/diga`);
}

function parse(text: string): URL {
  try {
    return new URL(text);
  } catch (cause) {
    throw new TransportError('ENDPOINT_INVALID', 'The endpoint makes no URL', { cause });
  }
}
