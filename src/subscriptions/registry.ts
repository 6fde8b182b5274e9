import type { Logger } from 'pino';
import { isFhirError } from '../outcome/fhir-error.ts';
import { matches } from '../search/match.ts';
import type { ClinicalStore } from '../storage/clinical-store.ts';
import type { JsonResource } from '../storage/content.ts';
import { searchCurrent } from '../storage/repository/reading/system-read.ts';
import type { OutboxRow, WriteEvent } from '../storage/write-hooks.ts';
import { readSubscription, type SubscriptionSurroundings } from './read-subscription.ts';
import type { ActiveSubscription } from './subscription.ts';

/** The active Subscriptions as this node knows them: what every write is held against. */
export interface SubscriptionRegistry {
  readonly size: number;
  has(id: string): boolean;
  /** What the writes are to be told to. Nothing is computed for a type that nobody wants to hear of. */
  matching(events: readonly WriteEvent[]): readonly OutboxRow[];
  /** Takes writes of Subscriptions over at once, so that who has made one is told of what comes next. */
  apply(events: readonly WriteEvent[]): void;
  /** Reads all from the database. @throws FhirError `SERVER_DATABASE_UNAVAILABLE` */
  load(): Promise<void>;
}

/** Opens an empty registry. */
export function createRegistry(
  store: ClinicalStore,
  surroundings: SubscriptionSurroundings,
  log: Logger,
): SubscriptionRegistry {
  let byId = new Map<string, ActiveSubscription>();
  let byType = new Map<string, ActiveSubscription[]>();
  let generation = 0;

  const read = (resource: JsonResource): ActiveSubscription | undefined => {
    if (resource['status'] !== 'active') return undefined;
    try {
      return readSubscription(surroundings, resource);
    } catch (error) {
      if (!isFhirError(error)) throw error;
      // The deployment has changed since it was written: a host is not allowed any more, a bot is gone.
      const reason = error.outcome.issue[0]?.details?.text ?? error.code;
      log.warn({ event: 'subscription.unserved', id: resource.id, reason }, 'Not served');
      return undefined;
    }
  };
  const arrange = (subscriptions: Map<string, ActiveSubscription>): void => {
    byId = subscriptions;
    byType = new Map();
    for (const subscription of subscriptions.values()) {
      const others = byType.get(subscription.type);
      if (others === undefined) byType.set(subscription.type, [subscription]);
      else others.push(subscription);
    }
  };

  return {
    get size() {
      return byId.size;
    },
    has: (id) => byId.has(id),
    matching(events) {
      if (byType.size === 0) return [];
      const now = store.clock.now();
      return events.flatMap(({ interaction, type, id, version, values }): OutboxRow[] =>
        (byType.get(type) ?? [])
          .filter(
            (subscription) =>
              subscription.interactions.has(interaction) &&
              (subscription.end === undefined || subscription.end > now) &&
              matches(subscription.where, values),
          )
          .map((subscription) => ({
            kind: 'subscription',
            subscription: subscription.id,
            event: { interaction, type, id, version },
          })),
      );
    },
    apply(events) {
      const written = events.filter(({ type }) => type === 'Subscription');
      if (written.length === 0) return;
      generation += 1;
      const next = new Map(byId);
      for (const { id, interaction, resource } of written) {
        const active = interaction === 'delete' ? undefined : read({ ...resource, id });
        if (active === undefined) next.delete(id);
        else next.set(id, active);
      }
      arrange(next);
    },
    async load() {
      // What was written here while the database was read must not be overwritten by what was there before.
      for (;;) {
        const before = generation;
        const found = await searchCurrent(store, 'Subscription', {
          kind: 'token',
          param: 'status',
          code: 'active',
        });
        if (before !== generation) continue;
        const active = found.flatMap((resource) => read(resource) ?? []);
        arrange(new Map(active.map((subscription) => [subscription.id, subscription])));
        return;
      }
    },
  };
}
