import { asObject } from './json-object.ts';
import { contains, type Network, readAddress, readNetwork } from './ip-network.ts';

/** One `AccessPolicy.ipAccessRule`, understood. */
export interface IpRule {
  readonly name: string;
  readonly action: 'allow' | 'block';
  /** What it is about; `*` for all addresses. */
  readonly network: Network | '*';
}

const KNOWN = new Set(['id', 'name', 'value', 'action']);

/**
 * Reads one rule: the value is an address, a network in CIDR notation, or `*` for all addresses.
 * @see https://www.medplum.com/docs/access/ip-access-rules
 */
export function readIpRule(item: unknown): IpRule | { readonly malformed: string } {
  const fields = asObject(item);
  if (fields === undefined) return { malformed: 'it is not an object' };
  const { name = '', value, action } = fields;
  const unknown = Object.keys(fields).find((element) => !KNOWN.has(element));
  if (unknown !== undefined) return { malformed: `${unknown} is not supported` };
  if (typeof name !== 'string') return { malformed: 'name is not a string' };
  if (action !== 'allow' && action !== 'block') return { malformed: 'action is unknown' };
  const network =
    value === '*' ? value : typeof value === 'string' ? readNetwork(value) : undefined;
  return network === undefined
    ? { malformed: 'value is no address, no network in CIDR notation and not *' }
    : { name, action, network };
}

/** True if the first rule that is about the address allows it, or none is. @param address as the connection tells it */
export function admits(rules: readonly IpRule[], address: string): boolean {
  const read = readAddress(address);
  // Who comes from an address that cannot be read is let in by no list.
  if (read === undefined) return rules.length === 0;
  const first = rules.find(({ network }) => network === '*' || contains(network, read));
  return first?.action !== 'block';
}
