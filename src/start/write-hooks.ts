import type { Resource } from '@medplum/fhirtypes';
import { compilePolicy } from '../access/compile.ts';
import { periodsOf } from '../identity/membership-periods.ts';
import type { Definitions } from '../definitions/model.ts';
import type { Hooks } from '../plugin/hook-runner.ts';
import type { HookContext } from '../plugin/hooks.ts';
import type { AccessContext } from '../storage/access-context.ts';
import type { JsonResource } from '../storage/content.ts';
import type { WriteHooks } from '../storage/write-hooks.ts';

/** The plugins' hooks in the form the store calls; members are absent where no plugin listens. */
export function pluginWriteHooks(hooks: Hooks): WriteHooks {
  const context = ({ requestId, principal }: AccessContext, interaction: string): HookContext => ({
    requestId,
    principal,
    interaction,
  });
  const resource = (json: JsonResource): Resource => json as unknown as Resource;
  const json = (changed: Resource): JsonResource => changed as unknown as JsonResource;
  return {
    ...(hooks.has('STORAGE_PRESTORAGE_RESOURCE_CREATED') && {
      beforeCreate: async (access, proposed) =>
        json(
          await hooks.run(
            'STORAGE_PRESTORAGE_RESOURCE_CREATED',
            context(access, 'create'),
            resource(proposed),
          ),
        ),
    }),
    ...(hooks.has('STORAGE_PRESTORAGE_RESOURCE_UPDATED') && {
      beforeUpdate: async (access, proposed, previous) =>
        json(
          await hooks.run(
            'STORAGE_PRESTORAGE_RESOURCE_UPDATED',
            context(access, 'update'),
            resource(proposed),
            resource(previous),
          ),
        ),
    }),
    ...(hooks.has('STORAGE_PRESTORAGE_RESOURCE_DELETED') && {
      beforeDelete: async (access, doomed) => {
        await hooks.run(
          'STORAGE_PRESTORAGE_RESOURCE_DELETED',
          context(access, 'delete'),
          resource(doomed),
        );
      },
    }),
    ...(hooks.has('STORAGE_PRECOMMIT_RESOURCE_CREATED') && {
      created: async (access, stored) => {
        await hooks.run(
          'STORAGE_PRECOMMIT_RESOURCE_CREATED',
          context(access, 'create'),
          resource(stored),
        );
      },
    }),
    ...(hooks.has('STORAGE_PRECOMMIT_RESOURCE_UPDATED') && {
      updated: async (access, stored, previous) => {
        await hooks.run(
          'STORAGE_PRECOMMIT_RESOURCE_UPDATED',
          context(access, 'update'),
          resource(stored),
          resource(previous),
        );
      },
    }),
    ...(hooks.has('STORAGE_PRECOMMIT_RESOURCE_DELETED') && {
      deleted: async (access, doomed) => {
        await hooks.run(
          'STORAGE_PRECOMMIT_RESOURCE_DELETED',
          context(access, 'delete'),
          resource(doomed),
        );
      },
    }),
  };
}

/**
 * Refuses an AccessPolicy that could not be enforced, or a membership whose period could not, when it is written rather than when somebody is let in by it.
 * @throws FhirError `POLICY_INVALID`
 */
export function checkAccessPolicy(definitions: Definitions, resource: JsonResource): void {
  if (resource.resourceType === 'ProjectMembership') {
    const { access = [] } = resource as JsonResource & { readonly access?: readonly object[] };
    for (const element of [resource, ...access]) periodsOf(element);
  }
  if (resource.resourceType !== 'AccessPolicy') return;
  compilePolicy(definitions, [{ ...resource, id: resource.id ?? 'new' } as never], {
    profile: 'Patient/example',
  });
}
