import { BlockList, isIP } from 'node:net';

/** Which receivers the deployment allows. */
export interface Destinations {
  /** Why a URL is refused as a receiver; undefined: it is allowed. Its addresses are judged when it is called. */
  refusal(url: URL): string | undefined;
  /** True if the host may be reached at that address. */
  allowsAddress(url: URL, address: string): boolean;
}

/** What is not the public internet. @see https://www.iana.org/assignments/iana-ipv4-special-registry */
const SPECIAL = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  SPECIAL.addSubnet(net, bits, 'ipv4');

/** The one block of IPv6 that is given out; transition addresses in it hide an IPv4 address. */
const PUBLIC_6 = new BlockList();
PUBLIC_6.addSubnet('2000::', 3, 'ipv6');
const HIDING_6 = new BlockList();
for (const [net, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  HIDING_6.addSubnet(net, bits, 'ipv6');

/** True for an address of the public internet. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !SPECIAL.check(address, 'ipv4');
  if (family !== 6) return false;
  return PUBLIC_6.check(address, 'ipv6') && !HIDING_6.check(address, 'ipv6');
}

/**
 * Reads the configuration.
 * @param allowed host names, `*.domain` or `*`, each with or without a port
 * @param inPrivate `host` or `host:port` that may be anywhere, and without TLS
 */
export function createDestinations(
  allowed: readonly string[],
  inPrivate: readonly string[],
): Destinations {
  const isPrivate = (url: URL): boolean =>
    inPrivate.some((entry) => entry === url.hostname || entry === `${url.hostname}:${portOf(url)}`);
  const isAllowed = (url: URL): boolean =>
    isPrivate(url) || allowed.some((pattern) => matchesHost(pattern, url));
  const allowsAddress = (url: URL, address: string): boolean =>
    isPrivate(url) || isPublicAddress(address);
  return {
    allowsAddress,
    refusal(url) {
      if (url.username !== '' || url.password !== '') return 'the URL bears credentials';
      if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isPrivate(url)))
        return 'the URL is not https';
      if (!isAllowed(url)) return 'the deployment does not allow this host';
      const host = url.hostname.replace(/^\[|\]$/g, '');
      if (isIP(host) !== 0 && !allowsAddress(url, host))
        return 'the deployment does not allow this address';
      return undefined;
    },
  };
}

function matchesHost(pattern: string, url: URL): boolean {
  const [host = '', port] = pattern.split(':');
  if (port !== undefined && port !== portOf(url)) return false;
  if (host === '*') return true;
  return host.startsWith('*.') ? url.hostname.endsWith(host.slice(1)) : url.hostname === host;
}

function portOf(url: URL): string {
  return url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
}
