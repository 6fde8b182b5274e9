import type { ConformanceSource } from '../../conformance/model.ts';
import type { Invariants } from '../../fhirpath/invariants.ts';
import type { JsonResource } from '../../storage/content.ts';
import type { WriteHooks } from '../../storage/write-hooks.ts';
import { createTerminology } from '../../terminology/terminology.ts';
import type { Definitions } from '../../definitions/model.ts';
import { fhirError } from '../../outcome/codes.ts';
import type { Validator } from './validator.ts';
import { validateProfiles } from './profile/validate-profiles.ts';

/** What checking profiles on write takes. */
export interface WriteProfileOptions {
  readonly definitions: Definitions;
  /** Profiles that count: those that came with the server and its packages. What callers stored binds nobody. */
  readonly conformance: ConformanceSource;
  readonly invariants: Invariants;
  readonly validate: Validator;
}

/**
 * Adds to the hooks before a write that the resource conforms to the profiles in its `meta.profile`, as it comes out of the
 * hooks that there are. Profiles that are not known are not checked.
 * @throws FhirError `FHIR_PROFILE_VIOLATED` from the hooks, with all issues
 */
export function withDeclaredProfiles(options: WriteProfileOptions, hooks: WriteHooks): WriteHooks {
  const check = declaredProfileCheck(options);
  return {
    ...hooks,
    beforeCreate: async (context, proposed) => {
      const resource = (await hooks.beforeCreate?.(context, proposed)) ?? proposed;
      await check(resource);
      return resource;
    },
    beforeUpdate: async (context, proposed, previous) => {
      const resource = (await hooks.beforeUpdate?.(context, proposed, previous)) ?? proposed;
      await check(resource);
      return resource;
    },
  };
}

function declaredProfileCheck({
  definitions,
  conformance,
  invariants,
  validate,
}: WriteProfileOptions): (resource: JsonResource) => Promise<void> {
  const terminology = createTerminology(conformance);
  return async (resource) => {
    const { profile } = (resource['meta'] ?? {}) as { readonly profile?: unknown };
    if (!Array.isArray(profile) || profile.length === 0) return;
    validate(resource);
    const issues = await validateProfiles({ definitions, terminology, invariants }, resource, []);
    const errors = issues.filter(({ severity }) => severity === 'error');
    if (errors.length > 0) throw fhirError('FHIR_PROFILE_VIOLATED', {}, { issues: errors });
  };
}
