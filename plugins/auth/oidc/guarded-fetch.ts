import type { Configuration } from 'oidc-provider';

/**
 * Fetches for the provider, which does it for the keys of clients only. Hosts are those that the operator has named, by
 * https, without following redirects; the provider bounds time and size, and keeps what it got for at least a minute.
 * @param hosts names, with the port if it is not 443
 * @throws TypeError for any other URL
 */
export function guardedFetch(hosts: readonly string[]): NonNullable<Configuration['fetch']> {
  return async (url, options) => {
    const target = new URL(url instanceof Request ? url.url : url);
    if (target.protocol !== 'https:' || !hosts.includes(target.host)) {
      throw new TypeError(`${target.host} is not among plugins.auth.tokens.jwksHosts`);
    }
    const { method, headers, body, signal } = options ?? {};
    return fetch(target, {
      redirect: 'error',
      credentials: 'omit',
      ...(method === undefined ? {} : { method }),
      ...(headers === undefined ? {} : { headers }),
      ...(body === undefined ? {} : { body }),
      ...(signal === undefined ? {} : { signal }),
    });
  };
}
