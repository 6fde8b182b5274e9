import type { ClinicalStore } from '../storage/clinical-store.ts';
import type { AccessContext } from '../storage/access-context.ts';
import type { JsonResource } from '../storage/content.ts';
import { readCurrent } from '../storage/repository/reading/system-read.ts';
import type { WriteHooks } from '../storage/write-hooks.ts';
import { invalidSubscription } from '../subscriptions/invalid.ts';

/**
 * The hooks with a look at the bot that an active Subscription goes to: it has to be there when the Subscription is written.
 * @param isShipped true for a bot that ships with the product
 */
export function withExistingBots(
  store: ClinicalStore,
  isShipped: (bot: string) => boolean,
  hooks: WriteHooks,
): WriteHooks {
  const look = async ({ principal }: AccessContext, resource: JsonResource): Promise<void> => {
    if (resource.resourceType !== 'Subscription') return;
    // What is requested becomes active.
    if (resource['status'] !== 'active' && resource['status'] !== 'requested') return;
    // The server itself only ends one, or prolongs it.
    if (principal.plansIds === true) return;
    const { endpoint } = (resource['channel'] ?? {}) as { readonly endpoint?: unknown };
    const bot =
      typeof endpoint === 'string'
        ? /^Bot\/([A-Za-z0-9\-.]{1,64})$/.exec(endpoint)?.[1]
        : undefined;
    if (bot === undefined || isShipped(bot)) return;
    if ((await readCurrent(store, 'Bot', bot)) === undefined)
      throw invalidSubscription('there is no such bot', '.channel.endpoint');
  };
  return {
    ...hooks,
    beforeCreate: async (context, resource) => {
      await look(context, resource);
      return (await hooks.beforeCreate?.(context, resource)) ?? resource;
    },
    beforeUpdate: async (context, resource, previous) => {
      await look(context, resource);
      return (await hooks.beforeUpdate?.(context, resource, previous)) ?? resource;
    },
  };
}
