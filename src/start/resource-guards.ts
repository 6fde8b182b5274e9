import type { AccessContext } from '../storage/access-context.ts';
import type { JsonResource } from '../storage/content.ts';
import type { WriteHooks } from '../storage/write-hooks.ts';

/** Puts what only the server sets into a resource. Pure; runs after the plugins, so that it has the last word. */
export type ResourceGuard = (
  context: AccessContext,
  resource: JsonResource,
  previous?: JsonResource,
) => JsonResource;

/** The hooks with guards behind them. */
export function guarded(hooks: WriteHooks, guards: readonly ResourceGuard[]): WriteHooks {
  const guard: ResourceGuard = (context, resource, previous) =>
    guards.reduce((proposed, one) => one(context, proposed, previous), resource);
  const { beforeCreate, beforeUpdate } = hooks;
  return {
    ...hooks,
    beforeCreate: async (context, resource) =>
      guard(context, beforeCreate === undefined ? resource : await beforeCreate(context, resource)),
    beforeUpdate: async (context, resource, previous) =>
      guard(
        context,
        beforeUpdate === undefined ? resource : await beforeUpdate(context, resource, previous),
        previous,
      ),
  };
}
