import { createHmac } from 'node:crypto';
import { request as plain } from 'node:http';
import { request as secure } from 'node:https';
import { tlsClientProfile } from '../crypto/tls-profile.ts';
import { checkedLookup } from './checked-lookup.ts';
import type { Destinations } from './destinations.ts';
import type { ShownText } from '../storage/repository/shown/shown-text.ts';
import type { PendingEvent } from './events.ts';
import type { ActiveSubscription, SubscriptionChannel } from './subscription.ts';

/** What is negotiated with receivers. @see BSI TR-02102-2 */
const TLS = tlsClientProfile();

type RestHook = Extract<SubscriptionChannel, { kind: 'rest-hook' }>;

/** What a receiver is called with. */
export interface RestHookCall {
  readonly subscription: Pick<ActiveSubscription, 'id'>;
  readonly channel: RestHook;
  readonly event: PendingEvent;
  /** JSON text of the resource. */
  readonly text: ShownText;
  readonly versionId: string;
  readonly destinations: Destinations;
  /** Milliseconds until the header of the answer must be there. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/**
 * Calls a receiver once. Redirects are answers like any other, certificates are checked, and the connection goes to the
 * very address that was checked, so that a name which changes its mind reaches nothing else.
 * @returns the HTTP status, or why there was none
 * @see https://hl7.org/fhir/R4/subscription.html#channels
 */
export function callRestHook(call: RestHookCall): Promise<number | string> {
  const { channel, destinations, timeout, signal } = call;
  const { url } = channel;
  const body = bodyOf(call);
  // The deployment may have changed since the Subscription was read.
  const refusal = destinations.refusal(url);
  if (refusal !== undefined) return Promise.resolve(refusal);
  return new Promise((resolve) => {
    const deadline = AbortSignal.timeout(timeout);
    const outgoing = (url.protocol === 'https:' ? secure : plain)(url, {
      method: 'POST',
      ...TLS,
      agent: false,
      headers: headersOf(call, body),
      lookup: checkedLookup(url, destinations),
      signal: AbortSignal.any([signal, deadline]),
      maxHeaderSize: 16_384,
    });
    outgoing.on('response', (response) => {
      resolve(response.statusCode ?? 'no status');
      // What a receiver has to say beside its status interests nobody, however long it is.
      response.on('error', () => undefined);
      response.destroy();
    });
    outgoing.on('error', (error) => {
      resolve(deadline.aborted ? 'no answer in time' : reasonOf(error));
    });
    outgoing.end(body);
  });
}

function bodyOf({ channel, event, text }: RestHookCall): string {
  if (!channel.payload) return '';
  return event.interaction === 'delete' ? '{}' : text;
}

function headersOf(
  { subscription, channel, event, versionId }: RestHookCall,
  body: string,
): Record<string, string> {
  const resource = `${event.type}/${event.id}`;
  return {
    ...Object.fromEntries(channel.headers),
    'Content-Length': String(Buffer.byteLength(body)),
    ...(channel.payload ? { 'Content-Type': 'application/fhir+json' } : {}),
    'X-Medplum-Subscription': subscription.id,
    'X-Medplum-Interaction': event.interaction,
    ...(event.interaction === 'delete' ? { 'X-Medplum-Deleted-Resource': resource } : {}),
    // Delivered at least once: a receiver knows by it what it has had already.
    'X-Diga-Event': `${resource}/_history/${versionId}`,
    ...(channel.secret === undefined
      ? {}
      : { 'X-Signature': createHmac('sha256', channel.secret).update(body).digest('hex') }),
  };
}

/** The code of the operating system; a text may repeat what the receiver said. */
function reasonOf(error: unknown): string {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' ? code : 'the connection failed';
}
