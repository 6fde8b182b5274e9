import type { CompiledPolicy, PolicyInteraction } from './policy.ts';

/** What aggregates are made by. */
const CATALOGUE = 'Measure';

const WRITING: readonly PolicyInteraction[] = ['create', 'update', 'delete'];

/**
 * True where a policy allows to write Measures. Who may do that opens no aggregate: with questions of their own they could
 * ask about any single person. All policies of an identity count, whatever a token or the way of signing in leaves of them.
 */
export function writesCatalogue({ rules }: Pick<CompiledPolicy, 'rules'>): boolean {
  return WRITING.some((interaction) => rules(CATALOGUE, interaction).length > 0);
}
