import type { PolicyInteraction } from './policy.ts';

/** All that a rule can allow. */
export const POLICY_INTERACTIONS: readonly PolicyInteraction[] = [
  'create',
  'read',
  'vread',
  'update',
  'delete',
  'search',
  'history',
];

const READ_ONLY: readonly PolicyInteraction[] = ['search', 'read', 'history', 'vread'];

/** True for a code of an entry's `interaction`. */
export function isPolicyInteraction(code: unknown): code is PolicyInteraction {
  return POLICY_INTERACTIONS.some((known) => known === code);
}

/**
 * What an entry allows: all interactions where it names none, and of those only the reading ones with the old
 * `readonly` flag.
 */
export function allowedInteractions(
  named: readonly PolicyInteraction[] | undefined,
  readonly: boolean,
): ReadonlySet<PolicyInteraction> {
  const allowed = named ?? POLICY_INTERACTIONS;
  return new Set(readonly ? allowed.filter((code) => READ_ONLY.includes(code)) : allowed);
}
