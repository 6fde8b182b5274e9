import { BOT_LIMITS, type BotRequest, type BotResponse } from './messages.ts';

/** Sends a request to the host and resolves with its answer. */
export type AskHost = (request: BotRequest) => Promise<BotResponse>;

/** Statuses that forbid a body. */
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * Makes the `fetch` of a bot. What goes to the server's own origin is answered by the host, under the bot's identity;
 * other hosts are reached over the network if the manifest names them, and redirects are not followed, because they may
 * lead elsewhere.
 */
export function botFetch(
  askHost: AskHost,
  origin: string,
  network: readonly string[],
  networkFetch: typeof fetch,
): typeof fetch {
  const allowed = new Set(network);
  return async (input, init) => {
    const request = new Request(input, init);
    const url = new URL(request.url);
    if (url.origin === origin) return await answeredByHost(request, url, askHost);
    if (!allowed.has(url.host)) {
      throw new TypeError(`The bot may not reach ${url.host}: its manifest does not name it`);
    }
    return await networkFetch(request, { redirect: 'error' });
  };
}

async function answeredByHost(request: Request, url: URL, askHost: AskHost): Promise<Response> {
  const body = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer());
  if (body !== undefined && body.length > BOT_LIMITS.body) {
    throw new TypeError('The body of the request is too large');
  }
  const answer = await askHost({
    method: request.method.toUpperCase(),
    url: url.pathname + url.search,
    headers: Object.fromEntries(request.headers),
    ...(body === undefined ? {} : { body }),
  });
  const content = BODILESS.has(answer.status) ? null : (answer.body ?? null);
  // The copy tells the compiler that the bytes are not shared memory.
  const bytes = content instanceof Uint8Array ? new Uint8Array(content) : content;
  return new Response(bytes, { status: answer.status, headers: answer.headers });
}
