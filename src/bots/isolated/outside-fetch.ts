import { type IncomingMessage, request as plain } from 'node:http';
import { request as secure } from 'node:https';
import { checkedLookup } from '../../subscriptions/checked-lookup.ts';
import type { Destinations } from '../../subscriptions/destinations.ts';
import type { BotRequest, BotResponse } from '../messages.ts';

/** Largest answer of another host in bytes. */
const MAX_ANSWER = 20_000_000;

/** Header fields that belong to the connection, which is the server's. */
const HOP: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-length',
  'expect',
]);

/**
 * Makes a request for a bot that has no network. The connection goes to the very address that was checked; redirects are
 * handed to the bot as they are, because they may lead elsewhere.
 * @param destinations hosts that both the deployment and the bot name
 * @returns status 0 with the reason in `x-refused` where there was no request, or no whole answer
 */
export async function outsideFetch(
  destinations: Destinations,
  { method, url: text, headers, body }: BotRequest,
  signal: AbortSignal,
): Promise<BotResponse> {
  const url = new URL(text);
  const refusal = destinations.refusal(url);
  if (refusal !== undefined) return refused(`The bot may not reach ${url.host}: ${refusal}`);
  try {
    const response = await send(url, method, headers, body, destinations, signal);
    return {
      status: response.statusCode ?? 0,
      headers: headersOf(response),
      body: await contentOf(response),
    };
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    return refused(
      `The request to ${url.host} failed: ${typeof code === 'string' ? code : 'no whole answer'}`,
    );
  }
}

function refused(reason: string): BotResponse {
  return { status: 0, headers: { 'x-refused': reason } };
}

async function send(
  url: URL,
  method: string,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array | undefined,
  destinations: Destinations,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const kept = Object.entries(headers).filter(([name]) => !HOP.has(name.toLowerCase()));
  return await new Promise((resolve, reject) => {
    const outgoing = (url.protocol === 'https:' ? secure : plain)(url, {
      method,
      agent: false,
      headers: {
        ...Object.fromEntries(kept),
        'accept-encoding': 'identity',
        ...(body === undefined ? {} : { 'content-length': String(body.length) }),
      },
      lookup: checkedLookup(url, destinations),
      signal,
      maxHeaderSize: 32_768,
    });
    outgoing.on('response', resolve);
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => {
      if (value === undefined || HOP.has(name) || name === 'x-refused') return [];
      return [[name, Array.isArray(value) ? value.join(', ') : value]];
    }),
  );
}

async function contentOf(response: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > MAX_ANSWER) {
      response.destroy();
      throw new TypeError('The answer is too large');
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
