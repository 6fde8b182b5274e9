import { randomUUID } from 'node:crypto';
import type { ShownText } from '../storage/repository/shown/shown-text.ts';
import type { PendingEvent } from './events.ts';

/** What of an event is sent to a socket. */
export interface TextOfEvent {
  /** JSON text of the version; absent for a deletion and without payload. */
  readonly text?: ShownText;
  readonly versionId: string;
}

interface Head {
  readonly subscription: string;
  /** FHIR instant. */
  readonly timestamp: string;
}

/**
 * The Bundle that answers a binding or shows that the connection lives.
 * @see https://hl7.org/fhir/uv/subscriptions-backport/STU1.1/notifications.html
 */
export function statusBundle(type: 'handshake' | 'heartbeat', head: Head): string {
  return bundle(head, [JSON.stringify({ resource: status(type, head) })]);
}

/**
 * The Bundle of an event: its status and, where the channel has a payload, the resource.
 */
export function eventBundle(
  head: Head,
  event: Pick<PendingEvent, 'type' | 'id' | 'interaction'>,
  { text, versionId }: TextOfEvent,
): string {
  const reference = `${event.type}/${event.id}`;
  const notification = {
    ...status('event-notification', head),
    notificationEvent: [
      {
        id: randomUUID(),
        // A name is no number; and which number it is, its receiver may not know.
        eventNumber: /^\d+$/.test(versionId) ? versionId : '1',
        timestamp: head.timestamp,
        focus: { reference },
      },
    ],
  };
  const method = { create: 'POST', update: 'PUT', delete: 'DELETE' }[event.interaction];
  const request = JSON.stringify({
    method,
    url: event.interaction === 'create' ? event.type : reference,
  });
  const response = JSON.stringify({ status: event.interaction === 'create' ? '201' : '200' });
  const resource = text === undefined ? '' : `"resource":${text},`;
  return bundle(head, [
    JSON.stringify({ resource: notification }),
    `{${resource}"request":${request},"response":${response}}`,
  ]);
}

function status(type: string, { subscription }: Head) {
  return {
    resourceType: 'SubscriptionStatus',
    id: randomUUID(),
    status: 'active',
    type,
    subscription: { reference: `Subscription/${subscription}` },
  };
}

function bundle({ timestamp }: Head, entries: readonly string[]): string {
  const head = JSON.stringify({
    resourceType: 'Bundle',
    id: randomUUID(),
    type: 'history',
    timestamp,
  });
  return `${head.slice(0, -1)},"entry":[${entries.join(',')}]}`;
}
