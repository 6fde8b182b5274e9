import type { AccessPolicy } from '@medplum/fhirtypes';
import type { PluginRepository, Principal } from '../../../src/plugin/sdk.ts';
import { readIfThere } from './caller-membership.ts';

type Entry = NonNullable<AccessPolicy['resource']>[number];

/**
 * The policies that hold for a caller at this moment as one, in the form in which MedplumClient asks what it may offer. It
 * shows and decides nothing. Criteria and write constraints stay out: they name what the caller need not know.
 */
export async function resolvedPolicy(
  repository: Pick<PluginRepository, 'read'>,
  { roles }: Pick<Principal, 'roles'>,
): Promise<AccessPolicy> {
  const policies = await Promise.all(
    roles.map((id) => readIfThere<AccessPolicy>(repository, 'AccessPolicy', id)),
  );
  const resource = policies.flatMap((policy) => (policy?.resource ?? []).map(shown));
  return {
    resourceType: 'AccessPolicy',
    basedOn: roles.map((id) => ({ reference: `AccessPolicy/${id}` })),
    resource,
  };
}

const SHOWN: ReadonlySet<string> = new Set([
  'resourceType',
  'interaction',
  'readonly',
  'readonlyFields',
  'hiddenFields',
]);

function shown(entry: Entry): Entry {
  return Object.fromEntries(Object.entries(entry).filter(([name]) => SHOWN.has(name))) as Entry;
}
