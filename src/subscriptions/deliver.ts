import { recordAccess } from '../storage/repository/judging/deny.ts';
import { isFhirError } from '../outcome/fhir-error.ts';
import type { BotService } from '../bots/runs/bot-service.ts';
import type { JsonResource } from '../storage/content.ts';
import type { Destinations } from './destinations.ts';
import { type EventContent, type EventReading, readEvent } from './event-content.ts';
import type { PendingEvent } from './events.ts';
import type { FhirPathCriteria } from './fhirpath-criteria.ts';
import { callRestHook } from './rest-hook.ts';
import type { ActiveSubscription } from './subscription.ts';

/** What deliveries are made with. */
export interface Delivering extends EventReading {
  readonly destinations: Destinations;
  /** Milliseconds that a receiver may take. */
  readonly timeout: number;
  readonly fhirPath: FhirPathCriteria;
  readonly executeBot: BotService['execute'];
  /** Tells all nodes, of which any may hold sockets of the Subscription. */
  readonly tellSockets: (subscription: string, event: PendingEvent) => Promise<void>;
}

/** How one attempt ended. */
export type Attempt =
  | { readonly kind: 'told' }
  /** It is not for the owners, or the criteria do not hold. */
  | { readonly kind: 'skipped' }
  | { readonly kind: 'failed'; readonly reason: string }
  /** The Subscription cannot be served. */
  | { readonly kind: 'ended'; readonly reason: string };

/**
 * Tries once to tell a Subscription of an event: reads it under the owners' policies of this moment, and records the
 * attempt.
 * @throws FhirError `SERVER_*` where the database does not answer; the signal's reason
 */
export async function deliver(
  delivering: Delivering,
  subscription: ActiveSubscription,
  event: PendingEvent,
  signal: AbortSignal,
): Promise<Attempt> {
  const requestId = `subscription-${subscription.id}-${String(event.attempts + 1)}`;
  const content = await readEvent(delivering, subscription, event, requestId);
  if (content === 'hidden') return { kind: 'skipped' };
  if (content === 'forbidden')
    return { kind: 'ended', reason: `An owner may not read ${event.type}` };
  if (content === 'blocked')
    return { kind: 'ended', reason: 'The criteria look at what an owner does not see' };
  const holds = await pathHolds(delivering, subscription, event, content);
  if (holds === undefined)
    return { kind: 'ended', reason: 'The FHIRPath expression fails or takes too long' };
  if (!holds) return { kind: 'skipped' };
  if (subscription.channel.kind === 'websocket') {
    await delivering.tellSockets(subscription.id, event);
    return { kind: 'told' };
  }
  const failure = await send(delivering, subscription, event, content, signal);
  signal.throwIfAborted();
  await recordAccess(delivering.store, content.context, {
    interaction: 'operation:subscription-delivery',
    type: event.type,
    id: event.id,
    version: event.version,
    patients: content.patients,
    outcome: failure === undefined ? 0 : 4,
    detail: `Subscription/${subscription.id} to ${destinationOf(subscription)}: ${failure ?? 'delivered'}`,
  });
  return failure === undefined ? { kind: 'told' } : { kind: 'failed', reason: failure };
}

async function pathHolds(
  { fhirPath }: Delivering,
  subscription: ActiveSubscription,
  event: PendingEvent,
  content: EventContent,
): Promise<boolean | undefined> {
  if (subscription.fhirPath === undefined) return true;
  const current =
    event.interaction === 'delete' ? undefined : (JSON.parse(content.text) as JsonResource);
  return fhirPath.holds(subscription.fhirPath, content.previous, current);
}

/** @returns why it failed; undefined where it arrived */
async function send(
  { destinations, timeout, executeBot }: Delivering,
  subscription: ActiveSubscription,
  event: PendingEvent,
  { text, versionId, context }: EventContent,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { channel } = subscription;
  if (channel.kind === 'rest-hook') {
    const answer = await callRestHook({
      subscription,
      channel,
      event,
      text,
      versionId,
      destinations,
      timeout,
      signal,
    });
    if (typeof answer === 'string') return answer;
    return channel.isSuccess(answer) ? undefined : `HTTP ${String(answer)}`;
  }
  if (channel.kind !== 'bot') return undefined;
  const resource: unknown = JSON.parse(text);
  try {
    await executeBot(
      channel.bot,
      event.interaction === 'delete' ? { deletedResource: resource } : resource,
      {
        requester: context.principal.reference,
        contentType: 'application/fhir+json',
        trigger: 'subscription',
        traceId: context.requestId,
        signal,
      },
    );
    return undefined;
  } catch (error) {
    if (!isFhirError(error)) throw error;
    return error.code;
  }
}

function destinationOf({ channel }: ActiveSubscription): string {
  if (channel.kind === 'rest-hook') return channel.url.host;
  return channel.kind === 'bot' ? `Bot/${channel.bot}` : 'a WebSocket';
}
