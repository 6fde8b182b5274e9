import type { PolicyRule } from '../../../access/policy.ts';
import type { AccessContext } from '../../access-context.ts';
import type { ClinicalStore } from '../../clinical-store.ts';
import { holdingRules } from '../judging/holding-rules.ts';
import { isNarrowed, showByRules, type ShowingInteraction } from '../shown/show.ts';
import type { ShownVersion } from '../shown/shown-version.ts';
import type { WriteResult } from './unit.ts';

/** What a caller sees of a write. */
export interface ShownWrite extends ShownVersion {
  readonly created: boolean;
  /** False where the resource was as asked for already. */
  readonly changed: boolean;
}

/** What a caller sees of a deletion. */
export interface ShownDeletion {
  readonly type: string;
  readonly id: string;
  /** Absent for who sees parts of resources: the number would tell how often something was changed. */
  readonly versionId?: string;
}

/**
 * Shows the result of a write: what its caller reads of it afterwards. Who may not read it sees as much of it as the rules
 * show by which it was found or written.
 */
export async function shownWrite(
  store: ClinicalStore,
  context: AccessContext,
  result: WriteResult,
): Promise<ShownWrite> {
  const { type, id, version, lastUpdated, content, created, changed } = result;
  const done = { type, id, created, changed };
  if (!isNarrowed(store, context)) {
    const whole = showByRules(store, context, 'read', type, [], { id, content });
    return { ...done, versionId: String(version), lastUpdated, content: whole.content };
  }
  const { interaction, holding } = await showingRules(store, context, result);
  const shown = showByRules(store, context, interaction, type, holding, { id, content });
  return { ...done, versionId: shown.versionId ?? '', content: shown.content };
}

/** Shows the result of a deletion. */
export function shownDeletion(
  store: ClinicalStore,
  context: AccessContext,
  { type, id, version }: Pick<WriteResult, 'type' | 'id' | 'version'>,
): ShownDeletion {
  return isNarrowed(store, context) ? { type, id } : { type, id, versionId: String(version) };
}

/** The first interaction by which the caller may see the resource, with its rules that hold. */
async function showingRules(
  store: ClinicalStore,
  { principal }: AccessContext,
  { type, id, content, created }: WriteResult,
): Promise<{ readonly interaction: ShowingInteraction; readonly holding: readonly PolicyRule[] }> {
  for (const interaction of ['read', 'search', created ? 'create' : 'update'] as const) {
    const rules = principal.policy.rules(type, interaction);
    if (rules.length === 0) continue;
    const version = { id, content };
    const [holding = []] = await holdingRules(store, store.database, type, rules, [version]);
    if (holding.length > 0) return { interaction, holding };
  }
  return { interaction: created ? 'create' : 'update', holding: [] };
}
