import { isIPv4, isIPv6 } from 'node:net';

/**
 * A network address as AuditEvents show it: the network that it lies in, /24 of IPv4 and /48 of IPv6, which tells apart
 * where somebody came from and not who lives there. The whole address stands in the ledger alone.
 * @returns the address of the network; the text itself where it is no IP address
 */
export function shownNetwork(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  const plain = mapped ?? address.split('%', 1)[0] ?? address;
  if (isIPv4(plain)) return plain.replace(/\d+$/, '0');
  if (!isIPv6(plain)) return address;
  const groups = leadingGroups(plain);
  while (groups.at(-1) === '0') groups.pop();
  return groups.length === 0 ? '::' : `${groups.join(':')}::`;
}

/** The first three of the eight groups, without leading zeros. */
function leadingGroups(address: string): string[] {
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  // A dotted part at the end stands for two groups.
  const size = (groups: readonly string[]): number =>
    groups.length + Number(groups.at(-1)?.includes('.') === true);
  const missing = tail === undefined ? 0 : 8 - size(left) - size(right);
  const all = [...left, ...Array<string>(missing).fill('0'), ...right];
  return all.slice(0, 3).map((group) => Number.parseInt(group, 16).toString(16));
}
