import { randomUUID } from 'node:crypto';
import type { PendingEvent } from './events.ts';

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
 * The Bundle of an event: its status and, where the channel has a payload, the resource as it is stored.
 * @param text JSON text of the version; undefined for a deletion and without payload
 */
export function eventBundle(head: Head, event: PendingEvent, text: string | undefined): string {
  const reference = `${event.type}/${event.id}`;
  const notification = {
    ...status('event-notification', head),
    notificationEvent: [
      {
        id: randomUUID(),
        eventNumber: String(event.version),
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
