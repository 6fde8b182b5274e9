import type { AccessContext } from '../../access-context.ts';
import type { ClinicalStore } from '../../clinical-store.ts';
import type { SqlClient } from '../../database.ts';
import { isNarrowed, showVersion, type ShowingInteraction } from './show.ts';
import type { ShownText } from './shown-text.ts';
import type { StoredVersion } from '../judging/stored.ts';

/** A version as the caller sees it. */
export interface ShownVersion {
  readonly type: string;
  readonly id: string;
  /** The number of the version; for who sees parts of resources a name that only a change of what they see changes. */
  readonly versionId: string;
  /** Milliseconds since 1970; absent for who sees parts: it would tell of changes they may not see. */
  readonly lastUpdated?: number;
  readonly content: ShownText;
}

/** Shows a stored version to the caller, whom a rule of the interaction shows it. */
export async function shownVersion(
  store: ClinicalStore,
  client: SqlClient,
  context: Pick<AccessContext, 'principal'>,
  interaction: ShowingInteraction,
  { type, id, version, lastUpdated, content }: StoredVersion,
): Promise<ShownVersion> {
  const shown = await showVersion(store, client, context, interaction, type, { id, content });
  if (shown.versionId !== undefined)
    return { type, id, versionId: shown.versionId, content: shown.content };
  return { type, id, versionId: String(version), lastUpdated, content: shown.content };
}

/**
 * The name under which the caller knows the current version of a resource: what `If-Match` has to say.
 * @param row a version that the caller may read
 */
export async function viewVersion(
  store: ClinicalStore,
  client: SqlClient,
  context: Pick<AccessContext, 'principal'>,
  type: string,
  row: { readonly id: string; readonly version: number; readonly content: string },
): Promise<string> {
  if (!isNarrowed(store, context)) return String(row.version);
  const shown = await showVersion(store, client, context, 'read', type, row);
  return shown.versionId ?? String(row.version);
}
