import type { IncomingMessage, ServerResponse } from 'node:http';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { RouteHandler } from '../../../src/plugin/sdk.ts';
import type { ClientAddress } from './client-address.ts';

/**
 * Bounds what one address can make the server store without signing in: each authorization request leaves a row. Kept in
 * memory, because it protects the node and the database, not an account.
 */
export function requestLimit(perMinute: number, address: ClientAddress) {
  const limiter = new RateLimiterMemory({ points: perMinute, duration: 60 });
  return (handler: RouteHandler): RouteHandler =>
    async (request: IncomingMessage, response: ServerResponse) => {
      try {
        await limiter.consume(address(request));
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        response.writeHead(429, { 'Retry-After': String(Math.ceil(refusal.msBeforeNext / 1000)) });
        response.end();
        return;
      }
      await handler(request, response);
    };
}
