import { BOT_LIMITS, type BotRequest, type BotResponse } from '../../messages.ts';

/** Sends a request to the server, which either answers it itself or makes it outside for the bot. */
export type Ask = (kind: 'request' | 'outside', request: BotRequest) => Promise<BotResponse>;

/** Statuses that forbid a body. */
const BODILESS: ReadonlySet<number> = new Set([101, 204, 205, 304]);

/**
 * `fetch` of a bot in a process of its own. There is no network in that process: what goes to the server's own origin the
 * server answers under the bot's identity, everything else it fetches itself where the bot may reach it.
 */
export function channelFetch(ask: Ask, origin: string): typeof fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    const own = url.origin === origin;
    const body = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer());
    if (body !== undefined && body.length > BOT_LIMITS.body) {
      throw new TypeError('The body of the request is too large');
    }
    const answer = await ask(own ? 'request' : 'outside', {
      method: request.method.toUpperCase(),
      url: own ? url.pathname + url.search : url.href,
      headers: Object.fromEntries(request.headers),
      ...(body === undefined ? {} : { body }),
    });
    // The server says so where it does not make a request.
    const refusal = answer.headers['x-refused'];
    if (answer.status === 0) throw new TypeError(refusal ?? 'The request was not made');
    const content = BODILESS.has(answer.status) ? null : (answer.body ?? null);
    const bytes = content instanceof Uint8Array ? new Uint8Array(content) : content;
    return new Response(bytes, { status: answer.status, headers: answer.headers });
  };
}
