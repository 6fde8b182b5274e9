import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** Address that attempts are counted for. */
export type ClientAddress = (request: IncomingMessage) => string;

/**
 * Address of the connection, or the last one in the header the operator's proxy sets. IPv6 counts by /64: one
 * connection has that many addresses.
 */
export function clientAddress(header: string | undefined): ClientAddress {
  return (request) => {
    const connection = request.socket.remoteAddress ?? 'unknown';
    const value = header === undefined ? undefined : request.headers[header];
    const last = [value].flat().at(-1)?.split(',').at(-1)?.trim() ?? connection;
    const address = isIP(last) === 0 ? connection : last;
    return isIP(address) === 6 && !address.startsWith('::ffff:') ? network64(address) : address;
  };
}

function network64(address: string): string {
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const rest = tail === undefined || tail === '' ? 0 : tail.split(':').length;
  const zeros = tail === undefined ? 0 : 8 - groups.length - rest;
  const all = [
    ...groups,
    ...new Array<string>(Math.max(0, zeros)).fill('0'),
    ...(tail ?? '').split(':'),
  ];
  return all
    .slice(0, 4)
    .map((group) => Number.parseInt(group || '0', 16).toString(16))
    .join(':');
}
