import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, type Socket } from 'node:net';
import { fhirError } from '../outcome/codes.ts';
import type { FhirError } from '../outcome/fhir-error.ts';

/** What is known of how requests come in. */
export interface HopRules {
  /** Addresses and networks (CIDR) of the proxies in front. */
  readonly trustedProxies: readonly string[];
  /** Header fields in which those hand on the address of the client, lower case. */
  readonly addressHeaders: readonly string[];
  /** True: clients come by https, to this server or to a proxy. */
  readonly secure: boolean;
  /** True: the listener has no TLS, and only proxies may use it. */
  readonly proxiesOnly: boolean;
}

/** Judges one request by the hop that it came over. */
export type HopCheck = (
  request: Pick<IncomingMessage, 'headers' | 'socket'>,
) => FhirError | undefined;

/** Header fields that say how a client came; anybody can send them. */
const CLAIMS = ['x-forwarded-proto', 'x-forwarded-host', 'forwarded'] as const;

const ADDRESS_CLAIMS = ['x-forwarded-for', 'x-real-ip'] as const;

/**
 * Believes what proxies say only if they are named. A request that claims to have come by https from anybody else is
 * refused, and the address it claims is dropped; a proxy that took a request without TLS is told so.
 * @returns the check, which is undefined for a good request
 * @see TR-03161-3 O.Ntwk_1
 */
export function trustedHop(rules: HopRules): HopCheck {
  const trusted = networks(rules.trustedProxies);
  const addresses = [...new Set([...ADDRESS_CLAIMS, ...rules.addressHeaders])];
  // Of one connection it is asked once.
  const known = new WeakMap<Socket, boolean>();
  const isTrusted = (socket: Socket): boolean => {
    const answer = known.get(socket) ?? trusted(socket.remoteAddress);
    known.set(socket, answer);
    return answer;
  };
  return ({ headers, socket }) => {
    if (isTrusted(socket)) {
      const protocol = [headers['x-forwarded-proto']].flat().at(-1)?.split(',').at(-1)?.trim();
      return rules.secure && protocol !== undefined && protocol !== 'https'
        ? fhirError('HTTP_NOT_ENCRYPTED')
        : undefined;
    }
    for (const name of CLAIMS) {
      if (headers[name] !== undefined) return fhirError('HTTP_FORWARDED_UNTRUSTED', { name });
    }
    if (rules.proxiesOnly) return fhirError('HTTP_NOT_ENCRYPTED');
    for (const name of addresses) {
      // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- the readers of the header must not see it
      if (headers[name] !== undefined) delete headers[name];
    }
    return undefined;
  };
}

/** Whether an address lies in one of the networks. An IPv4 address may come in the notation of IPv6. */
function networks(list: readonly string[]): (address: string | undefined) => boolean {
  const block = new BlockList();
  for (const network of list) {
    const [address = '', bits] = network.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) block.addAddress(address, family);
    else block.addSubnet(address, Number(bits), family);
  }
  return (address) =>
    address !== undefined &&
    isIP(address) !== 0 &&
    block.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}
