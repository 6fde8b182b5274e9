import { guardBot } from '../bots/deployed/guard-bot.ts';
import { guardBinary } from '../fhir/binary/guard.ts';
import type { createBinaryContents } from '../fhir/binary/contents.ts';
import { forgetJobsAbout } from '../jobs/forget-resource.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { privilegeChange } from '../metrics/privilege-change.ts';
import type { PluginSet } from '../plugin/host.ts';
import { changesAccess } from '../storage/access-changed.ts';
import type { WriteHooks } from '../storage/write-hooks.ts';
import { forgetResources } from '../subscriptions/events.ts';
import type { Bots } from './bots.ts';
import { guarded } from './resource-guards.ts';
import type { followSearchParameters } from './search-parameters.ts';
import type { startSubscriptions } from './subscriptions.ts';
import { pluginWriteHooks } from './write-hooks.ts';

/** Who has a say in writes, or hears of them. */
export interface WriteListeners {
  /** What the store asks already. */
  readonly before: WriteHooks;
  readonly plugins: PluginSet['hooks'];
  readonly bots: Bots['hooks'];
  readonly binaries: ReturnType<typeof createBinaryContents>;
  readonly subscriptions: Awaited<ReturnType<typeof startSubscriptions>>;
  readonly parameters: ReturnType<typeof followSearchParameters>;
  /** Forgets what is remembered of policies. */
  readonly forget: () => void;
  readonly metrics: Metrics;
}

/** The hooks of the store as all parts together make them. */
export function composeWriteHooks(listeners: WriteListeners): WriteHooks {
  const { before, plugins, bots, binaries, subscriptions, parameters, forget, metrics } = listeners;
  return guarded(
    {
      ...before,
      ...pluginWriteHooks(plugins),
      check: (resource, context) => {
        before.check?.(resource, context);
        parameters.check(resource);
        subscriptions.check(resource, context);
      },
      outbox: (events) => [...(bots.outbox?.(events) ?? []), ...subscriptions.outbox(events)],
      enqueue: async (tx, rows) => {
        await bots.enqueue?.(tx, rows);
        await subscriptions.enqueue(tx, rows);
      },
      expunged: async (tx, keys) => {
        await forgetResources(tx, keys);
        await forgetJobsAbout(tx, keys);
      },
      committed: (events) => {
        if (events.some(changesAccess)) {
          forget();
          for (const event of events) {
            const what = privilegeChange(event);
            if (what !== undefined) metrics.privilegeChanged(what);
          }
        }
        subscriptions.committed(events);
        parameters.committed(events);
      },
    },
    [
      (context, resource, previous) => guardBinary(binaries, context, resource, previous),
      (context, resource, previous) => subscriptions.guard(context, resource, previous),
      guardBot,
    ],
  );
}
