import type { PolicyInteraction } from '../policy.ts';
import { policyInvalid } from '../policy-invalid.ts';

/** What a policy has to say so that pseudonyms can hold for it. */
interface PseudonymousPolicy {
  readonly id: string;
  readonly entries: readonly {
    readonly resourceType: string;
    readonly interactions: ReadonlySet<PolicyInteraction>;
  }[];
  readonly operations: readonly string[];
}

/** Interactions that change nothing. */
const READING: ReadonlySet<PolicyInteraction> = new Set<PolicyInteraction>([
  'read',
  'vread',
  'search',
  'history',
]);

/**
 * Types that no pseudonymous policy opens: `*` would reach them as well. Content of a Binary is not looked into, a
 * Subscription sends to the outside, AuditEvents hold queries as they were asked, and a stored Bundle names what is in it
 * in ways of its own (`urn:uuid:`).
 */
const CLOSED: ReadonlySet<string> = new Set([
  '*',
  'AuditEvent',
  'Binary',
  'Bundle',
  'Subscription',
]);

/** Operations whose parameters and results are translated. */
const OPERATIONS: ReadonlySet<string> = new Set(['export']);

/**
 * Pseudonyms are for reading: a policy that demands them and allows what could carry ids past them is refused.
 * @throws FhirError `POLICY_INVALID`
 */
export function checkPseudonymous({ id, entries, operations }: PseudonymousPolicy): void {
  for (const [index, { resourceType, interactions }] of entries.entries()) {
    const path = `resource[${String(index)}]`;
    const at = { expression: [`AccessPolicy.${path}`] };
    if (CLOSED.has(resourceType))
      throw policyInvalid(id, `${path}: ${resourceType} has no pseudonyms`, at);
    if ([...interactions].some((interaction) => !READING.has(interaction)))
      throw policyInvalid(id, `${path}: under pseudonyms one reads and searches only`, at);
  }
  const other = operations.find((name) => !OPERATIONS.has(name));
  if (other !== undefined)
    throw policyInvalid(id, `the operation ${other} is not translated to pseudonyms`);
}

/**
 * The project whose pseudonyms hold for an identity: that of all its policies. One that saw the same resources under two
 * names, or under a pseudonym and in the clear, could connect them.
 * @param projects of each policy; undefined where it has none
 * @throws FhirError `POLICY_INVALID`
 */
export function commonProject(projects: readonly (string | undefined)[]): string | undefined {
  const distinct = new Set(projects);
  if (distinct.size > 1)
    throw policyInvalid(
      [...distinct].map((project) => project ?? '(without pseudonyms)').join(', '),
      'policies with pseudonyms of different projects, or with and without, do not go together',
    );
  return projects[0];
}
