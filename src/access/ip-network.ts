/** An address as a number. One of IPv4 in the clothes of IPv6 (`::ffff:10.0.0.1`) is one of IPv4. */
export interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

/** The addresses that have the first bits in common. */
export interface Network extends Address {
  /** How many bits; all of them for a single address. */
  readonly prefix: number;
}

const IPV4 = /^(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.(?!$)|$)){4}$/;
const IPV6 = /^[0-9A-Fa-f:.]{2,45}$/;
const MAPPED = 0xffffn;

/** Reads an address; a zone (`%eth0`) is left out. Undefined for anything that is none. */
export function readAddress(text: string): Address | undefined {
  const bare = text.split('%', 1)[0] ?? '';
  if (IPV4.test(bare)) return { bits: 32, value: join(bare.split('.').map(Number), 8n) };
  const value = IPV6.test(bare) && bare.includes(':') ? readIpv6(bare) : undefined;
  if (value === undefined) return undefined;
  return value >> 32n === MAPPED ? { bits: 32, value: value & 0xffffffffn } : { bits: 128, value };
}

/** Reads an address, or a network in CIDR notation. Undefined for anything that is neither. */
export function readNetwork(text: string): Network | undefined {
  const [written = '', length, ...rest] = text.split('/');
  const address = written.includes('%') ? undefined : readAddress(written);
  if (address === undefined || rest.length > 0) return undefined;
  if (length === undefined) return { ...address, prefix: address.bits };
  if (!/^(?:0|[1-9][0-9]{0,2})$/.test(length)) return undefined;
  // Of a mapped address, the length counts from where IPv6 begins.
  const prefix = Number(length) - (address.bits === 32 && written.includes(':') ? 96 : 0);
  return prefix < 0 || prefix > address.bits ? undefined : { ...address, prefix };
}

/** True if the address lies in the network. */
export function contains({ bits, value, prefix }: Network, address: Address): boolean {
  const rest = BigInt(bits - prefix);
  return bits === address.bits && value >> rest === address.value >> rest;
}

function readIpv6(text: string): bigint | undefined {
  const printed = `http://[${text}]/`;
  if (!URL.canParse(printed)) return undefined;
  // In its one spelling there are no dots, and at most one gap.
  const [head = '', tail] = new URL(printed).hostname.slice(1, -1).split('::');
  const groups = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const left = groups(head);
  const right = groups(tail ?? '');
  const gap = Array<number>(8 - left.length - right.length).fill(0);
  return join([...left, ...gap, ...right], 16n);
}

function join(parts: readonly number[], bits: bigint): bigint {
  return parts.reduce((sum, part) => (sum << bits) | BigInt(part), 0n);
}
