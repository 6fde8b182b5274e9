import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/**
 * Address of the client: that of the connection, or the last one in the header that the operator's proxy sets. Addresses
 * before it were named by the client.
 * @param header name of that header in lower case; absent: there is no proxy, and the header of a client means nothing
 */
export function clientAddress(
  request: Pick<IncomingMessage, 'headers' | 'socket'>,
  header: string | undefined,
): string | undefined {
  const connection = request.socket.remoteAddress;
  const value = header === undefined ? undefined : request.headers[header];
  const last = [value].flat().at(-1)?.split(',').at(-1)?.trim();
  return last === undefined || isIP(last) === 0 ? connection : last;
}
