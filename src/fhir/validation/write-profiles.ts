import type { ConformanceSource } from '../../conformance/model.ts';
import type { Invariants } from '../../fhirpath/invariants.ts';
import type { WriteHooks } from '../../storage/write-hooks.ts';
import { createTerminology } from '../../terminology/terminology.ts';
import type { Definitions } from '../../definitions/model.ts';
import { validateProfiles } from './profile/validate-profiles.ts';

/** What checking profiles on write takes. */
export interface WriteProfileOptions {
  readonly definitions: Definitions;
  /** Profiles that count: those that came with the server and its packages. What callers stored binds nobody. */
  readonly conformance: ConformanceSource;
  readonly invariants: Invariants;
}

/**
 * Adds to the hooks that a resource has to conform to the profiles in its `meta.profile`. Profiles that are not known are not
 * checked.
 */
export function withDeclaredProfiles(options: WriteProfileOptions, hooks: WriteHooks): WriteHooks {
  const { definitions, conformance, invariants } = options;
  const terminology = createTerminology(conformance);
  return {
    ...hooks,
    conform: async (resource) => {
      const { profile } = (resource['meta'] ?? {}) as { readonly profile?: unknown };
      if (!Array.isArray(profile) || profile.length === 0) return [];
      const issues = await validateProfiles({ definitions, terminology, invariants }, resource, []);
      return issues.filter(({ severity }) => severity === 'error');
    },
  };
}
