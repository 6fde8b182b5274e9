import type { WriteEvent } from '../storage/write-hooks.ts';

/** What patients get when they register: nothing that anybody has to look at. */
const PATIENT_POLICY = 'AccessPolicy/patient';

/** A membership, as far as it says what is granted. */
interface Granting {
  readonly accessPolicy?: { readonly reference?: string };
  readonly access?: readonly { readonly policy?: { readonly reference?: string } }[];
}

/** What of privileges a write changes: a policy, or who has one beyond that of patients. Undefined: nothing. */
export function privilegeChange({
  type,
  interaction,
  resource,
}: Pick<WriteEvent, 'type' | 'interaction' | 'resource'>): 'policy' | 'membership' | undefined {
  if (type === 'AccessPolicy') return 'policy';
  if (type !== 'ProjectMembership') return undefined;
  const { accessPolicy, access = [] } = resource as Granting;
  const granted = [accessPolicy, ...access.map(({ policy }) => policy)].flatMap(
    (policy) => policy?.reference ?? [],
  );
  const own = granted.length > 0 && granted.every((policy) => policy === PATIENT_POLICY);
  return own && interaction !== 'delete' ? undefined : 'membership';
}
