import { isIPv4, isIPv6 } from 'node:net';

/**
 * The network an address lies in, which is what a login keeps: the first three octets of an IPv4 address, the first half of
 * an IPv6 address. Undefined: it is none.
 */
export function networkPrefix(address: string | undefined): string | undefined {
  if (address === undefined) return undefined;
  if (isIPv4(address)) return `${address.split('.').slice(0, 3).join('.')}.0/24`;
  const full = address.includes('::') || isIPv6(address) ? address : `${address}::`;
  if (!isIPv6(full)) return undefined;
  const [head = ''] = full.split('::');
  const groups = head.split(':').filter((group) => group !== '');
  return `${[...groups, '0', '0', '0', '0'].slice(0, 4).join(':')}::/64`;
}
