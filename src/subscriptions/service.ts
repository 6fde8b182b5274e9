import { refuseBlockedCriteria } from '../access/blocked/refuse-any.ts';
import { claimsOf, type Principal } from '../access/principal.ts';
import { fhirError } from '../outcome/codes.ts';
import type { AccessContext } from '../storage/access-context.ts';
import type { JsonResource } from '../storage/content.ts';
import { type Binding, printBinding, TOKEN_LIFE } from './binding-token.ts';
import { SOCKET_LIFE } from './guard.ts';
import { invalidSubscription } from './invalid.ts';
import { readSubscription, type SubscriptionSurroundings } from './read-subscription.ts';
import type { SubscriptionRegistry } from './registry.ts';
import type { SubscriptionChange } from './set-status.ts';

/** What the FHIR API asks of Subscriptions. */
export interface SubscriptionService {
  /**
   * A token with which a client binds its WebSocket to a Subscription it may read.
   * @throws FhirError `SUBSCRIPTION_BINDING_INVALID`
   */
  bind(principal: Principal, resource: JsonResource): Promise<SocketToken>;
}

/** Answer of `$get-ws-binding-token`. */
export interface SocketToken {
  readonly token: string;
  /** Milliseconds since 1970. */
  readonly expires: number;
  readonly url: string;
}

/** Makes the service. @param origin public origin of the server */
export function createSubscriptionService(
  secret: Buffer,
  origin: string,
  now: () => number,
  setStatus: (id: string, change: SubscriptionChange) => Promise<void>,
): SubscriptionService {
  return {
    async bind(principal, resource) {
      const { id, status, end } = resource;
      const { type } = (resource['channel'] ?? {}) as { readonly type?: unknown };
      if (id === undefined || type !== 'websocket')
        throw fhirError('SUBSCRIPTION_BINDING_INVALID', { reason: 'its channel is no websocket' });
      if (status !== 'active')
        throw fhirError('SUBSCRIPTION_BINDING_INVALID', { reason: 'it is not active' });
      const expires = now() + TOKEN_LIFE;
      // It must not end before the token does.
      if (typeof end === 'string' && Date.parse(end) < expires) {
        const later = new Date(now() + SOCKET_LIFE).toISOString();
        await setStatus(id, (current) => ({ ...current, end: later }));
      }
      const { loginId } = principal;
      const login = loginId === undefined ? {} : { loginId };
      const binding: Binding = { subscription: id, claims: claimsOf(principal), ...login, expires };
      return {
        token: printBinding(secret, binding),
        expires,
        url: `${origin.replace(/^http/, 'ws')}${SOCKET_PATH}`,
      };
    },
  };
}

/** Path of the WebSocket, where Medplum's clients look for it. */
export const SOCKET_PATH = '/ws/subscriptions-r4';

/**
 * Refuses a Subscription that could not be served, when it is written rather than when nothing arrives.
 * @throws FhirError `SUBSCRIPTION_INVALID`, `ACCESS_PARAMETER_BLOCKED` for criteria on what the writer does not see
 */
export function checkSubscription(
  surroundings: SubscriptionSurroundings,
  registry: SubscriptionRegistry,
  limit: number,
  { principal }: Pick<AccessContext, 'principal'>,
  resource: JsonResource,
): void {
  if (resource.resourceType !== 'Subscription' || resource['status'] !== 'active') return;
  const { channel, type, where } = readSubscription(surroundings, resource);
  // The server itself writes one only to end it or to prolong it.
  if (principal.plansIds === true) return;
  if (principal.policy.rules(type, 'read').length === 0)
    throw invalidSubscription(`you may not read ${type}`, '.criteria');
  refuseBlockedCriteria(surroundings.definitions, principal.policy, type, where, 'read');
  if (channel.kind === 'bot' && principal.policy.operation('execute') === undefined)
    throw invalidSubscription('you may not execute bots', '.channel.endpoint');
  if (registry.size >= limit && !(resource.id !== undefined && registry.has(resource.id)))
    throw invalidSubscription('the server has too many already', '');
}
