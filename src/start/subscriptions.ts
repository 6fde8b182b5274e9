import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import type { Definitions } from '../definitions/model.ts';
import type { BotService } from '../bots/runs/bot-service.ts';
import { createWebSocketHost, refuseUpgrade } from '../http/websocket.ts';
import { listenForChanges } from '../identity/changes.ts';
import type { Principals } from '../identity/principals.ts';
import type { Authenticator } from '../plugin/sdk.ts';
import { createJobQueue, type RunnableJobQueue } from '../jobs/job-queue.ts';
import { ACCESS_CHANGED, SUBSCRIPTIONS_CHANGED } from '../storage/access-changed.ts';
import type { ClinicalStore } from '../storage/clinical-store.ts';
import { readCurrent, searchCurrent } from '../storage/repository/reading/system-read.ts';
import { recordAccess } from '../storage/repository/judging/deny.ts';
import type { WriteEvent, WriteHooks } from '../storage/write-hooks.ts';
import { databaseKey } from '../storage/settings.ts';
import { type Binding, readBinding } from '../subscriptions/binding-token.ts';
import { createDestinations } from '../subscriptions/destinations.ts';
import { readEvent } from '../subscriptions/event-content.ts';
import type { TextOfEvent } from '../subscriptions/notification.ts';
import type { PendingEvent } from '../subscriptions/events.ts';
import { createFhirPathCriteria } from '../subscriptions/fhirpath-criteria.ts';
import { guardSubscription } from '../subscriptions/guard.ts';
import { sameClaims } from '../subscriptions/owners.ts';
import { deliverFromQueue, enqueueEvents } from '../subscriptions/pump.ts';
import { readSubscription } from '../subscriptions/read-subscription.ts';
import { createRegistry } from '../subscriptions/registry.ts';
import {
  checkSubscription,
  createSubscriptionService,
  SOCKET_PATH,
  type SubscriptionService,
} from '../subscriptions/service.ts';
import { createSubscriptionWriter, switchedOff } from '../subscriptions/set-status.ts';
import { SocketSession } from '../subscriptions/socket-session.ts';
import type { ResourceGuard } from './resource-guards.ts';

/** What Subscriptions are started with. */
export interface SubscriptionsOptions {
  readonly store: ClinicalStore;
  readonly definitions: Definitions;
  readonly principals: Principals;
  readonly config: Config['subscriptions'];
  /** URL of the clinical database under the runtime role. */
  readonly url: string;
  readonly origin: string;
  readonly baseUrls: readonly string[];
  readonly executeBot: BotService['execute'];
  readonly random: () => number;
  readonly log: Logger;
  /** Whether the login or the token that a binding was asked for with has ended. */
  readonly hasEnded: NonNullable<Authenticator['hasEnded']>;
  /** Whether a client may still act for the owner of a Subscription. */
  readonly permits: NonNullable<Authenticator['permits']>;
}

/** The Subscriptions of a running server. */
export interface Subscriptions {
  readonly service: SubscriptionService;
  readonly queue: RunnableJobQueue;
  readonly guard: ResourceGuard;
  /** @throws FhirError `SUBSCRIPTION_INVALID` */
  readonly check: NonNullable<WriteHooks['check']>;
  readonly outbox: NonNullable<WriteHooks['outbox']>;
  readonly enqueue: NonNullable<WriteHooks['enqueue']>;
  readonly committed: (events: readonly WriteEvent[]) => void;
  /** Takes an HTTP connection over, or refuses it. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): Promise<void>;
}

/** Channel on which a node that delivers tells all nodes, of which any may hold the sockets. */
const SOCKET_EVENT = 'diga_subscription_event';

/** Name of the job that switches off what has come to its end. */
const EXPIRE = 'subscription/expire';

/** Receivers that are called at the same time. */
const CONCURRENCY = 16;

/** Milliseconds after which a client that has bound nothing is disconnected: two beats. */
const BEATS_UNBOUND = 2;

/** Milliseconds: pause between hearing of a change and reading, so that many changes are read once; net below the hearing. */
const CALM = 250;
const RELOAD = 60_000;

/** Loads the active Subscriptions and makes ready to deliver to them; the queue is started with the others. */
export async function startSubscriptions(options: SubscriptionsOptions): Promise<Subscriptions> {
  const { store, config, log, principals } = options;
  const { database, clock } = store;
  const destinations = createDestinations(config.destinations, config.privateDestinations);
  const surroundings = { ...options, destinations };
  const registry = createRegistry(store, surroundings, log);
  const secret = await databaseKey(database, 'subscription-binding');
  const setStatus = createSubscriptionWriter(store);
  const fhirPath = createFhirPathCriteria();
  const { permits } = options;
  const reading = { store, principals, permits };
  const queue = createJobQueue({
    database,
    connection: { connectionString: options.url },
    clock,
    log: log.child({ queue: 'subscriptions' }),
    random: options.random,
    concurrency: CONCURRENCY,
  });
  deliverFromQueue({
    ...reading,
    queue,
    surroundings,
    destinations,
    fhirPath,
    setStatus,
    timeout: config.timeoutSeconds * 1000,
    executeBot: options.executeBot,
    random: options.random,
    tellSockets: async (subscription, event) => {
      await database.query({
        name: 'subscription-tell',
        text: 'select pg_notify($1, $2)',
        values: [SOCKET_EVENT, JSON.stringify({ subscription, event })],
      });
    },
  });
  queue.schedule(EXPIRE, '7 * * * *');
  queue.handle(EXPIRE, async () => {
    const active = { kind: 'token', param: 'status', code: 'active' } as const;
    for (const { id, end } of await searchCurrent(store, 'Subscription', active)) {
      if (id !== undefined && typeof end === 'string' && Date.parse(end) <= clock.now())
        await setStatus(id, switchedOff);
    }
  });

  const sessions = new Set<SocketSession>();
  const failed = (error: unknown): void => {
    log.error({ event: 'subscription.socket.failed', err: error }, 'A WebSocket was not served');
  };
  const leave = (subscription: string): void => {
    if (closing || [...sessions].some((session) => session.has(subscription))) return;
    setStatus(subscription, switchedOff).catch(failed);
  };
  let closing = false;
  const readActive = async (id: string) => {
    const resource = await readCurrent(store, 'Subscription', id);
    return resource?.['status'] === 'active' ? readSubscription(surroundings, resource) : undefined;
  };
  const sockets = createWebSocketHost({
    maxSockets: config.maxSockets,
    connected: (socket) => {
      let unbound = 0;
      const session = new SocketSession(socket, {
        clock,
        readToken: (token) => readBinding(secret, token, clock.now()),
        canBind: async (binding) =>
          !(await isOver(binding)) &&
          (await readActive(binding.subscription))?.channel.kind === 'websocket',
        contentFor: (binding, event) => contentFor(binding, event),
        left: (subscription) => {
          leave(subscription);
        },
        onError: failed,
      });
      sessions.add(session);
      return {
        message: (text) => {
          session.receive(text);
        },
        closed: () => {
          sessions.delete(session);
          session.ended();
        },
        beat: () => {
          session.heartbeat();
          unbound = session.bound ? 0 : unbound + 1;
          return unbound < BEATS_UNBOUND;
        },
      };
    },
  });

  /** A socket ends with the login: whoever signs out, or locks a lost phone, is not told of any more. */
  async function isOver({ claims, loginId }: Binding): Promise<boolean> {
    if (claims.token === undefined) return false;
    const { tokenId } = claims.token;
    return options.hasEnded({ tokenId, ...(loginId === undefined ? {} : { loginId }) });
  }

  /** What a socket may be told: its own identity and all owners have to be allowed to see it, now. */
  async function contentFor(
    binding: Binding,
    event: PendingEvent,
  ): Promise<TextOfEvent | undefined> {
    const { subscription: id, claims } = binding;
    if (await isOver(binding)) return undefined;
    const subscription = await readActive(id);
    if (subscription?.channel.kind !== 'websocket') return undefined;
    const others = subscription.owners.filter((owner) => !sameClaims(owner, claims));
    const audience = { ...subscription, owners: [claims, ...others] };
    const content = await readEvent(reading, audience, event, `subscription-${id}`);
    if (typeof content === 'string') return undefined;
    await recordAccess(store, content.context, {
      interaction: 'operation:subscription-delivery',
      type: event.type,
      id: event.id,
      version: event.version,
      patients: content.patients,
      detail: `Subscription/${id} to a WebSocket`,
    });
    const shown = subscription.channel.payload && event.interaction !== 'delete';
    const { text, versionId } = content;
    return shown ? { text, versionId } : { versionId };
  }

  let timer: NodeJS.Timeout | undefined;
  const reload = (pause: number): void => {
    clearTimeout(timer);
    if (closing) return;
    timer = setTimeout(() => {
      registry
        .load()
        .catch((error: unknown) => {
          const { code } = error as { readonly code?: unknown };
          log.warn({ event: 'subscription.load.failed', code }, 'Subscriptions are as they were');
        })
        .finally(() => {
          reload(RELOAD);
        });
    }, pause);
    timer.unref();
  };
  const changes = listenForChanges(
    options.url,
    (channel, payload) => {
      if (channel === SOCKET_EVENT) {
        const told = JSON.parse(payload ?? '{}') as { subscription: string; event: PendingEvent };
        for (const session of sessions) session.tell(told.subscription, told.event);
      } else {
        reload(CALM);
      }
    },
    log,
    [ACCESS_CHANGED, SUBSCRIPTIONS_CHANGED, SOCKET_EVENT],
  );
  await registry.load();
  reload(RELOAD);

  return {
    service: createSubscriptionService(secret, options.origin, () => clock.now(), setStatus),
    queue,
    guard: (context, resource, previous) =>
      guardSubscription(context, clock.now(), resource, previous),
    check: (resource, context) => {
      checkSubscription(surroundings, registry, config.maxSubscriptions, context, resource);
    },
    outbox: (events) => registry.matching(events),
    enqueue: (tx, rows) => enqueueEvents(queue, tx, rows),
    committed: (events) => {
      registry.apply(events);
    },
    upgrade(request, socket, head) {
      const path = (request.url ?? '').split('?', 1)[0];
      if (path === SOCKET_PATH) sockets.upgrade(request, socket, head);
      else refuseUpgrade(socket, '404 Not Found');
    },
    async close() {
      closing = true;
      clearTimeout(timer);
      sockets.close();
      await changes.close();
      await fhirPath.close();
    },
  };
}
