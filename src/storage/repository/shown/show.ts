import type { PolicyInteraction, PolicyRule } from '../../../access/policy.ts';
import { hasViews } from '../../../access/view/has-views.ts';
import {
  type JsonObject,
  type Project,
  type Projection,
  projection,
} from '../../../access/view/projection.ts';
import type { Principal } from '../../../access/principal.ts';
import { parseExact } from '../../../json/exact.ts';
import type { AccessContext } from '../../access-context.ts';
import type { ClinicalStore } from '../../clinical-store.ts';
import type { SqlClient } from '../../database.ts';
import { holdingRules, type JudgedVersion } from '../judging/holding-rules.ts';
import { type ShownText, shownText } from './shown-text.ts';

/** What a caller sees of a version. */
export interface Shown {
  readonly content: ShownText;
  /** Name of the version, where its number would tell too much; its instant of change would then as well. */
  readonly versionId?: string;
}

/** A row of which the content may be seen. */
export type ShownRow<Row extends { readonly content: string }> = Omit<Row, 'content'> & {
  readonly content: ShownText;
};

/** Interactions that show something of a resource. */
export type ShowingInteraction = Exclude<PolicyInteraction, 'delete'>;

/**
 * What the caller may see of some versions of one type that a rule of the interaction shows: the one way on which content
 * leaves the store. Who sees all gets the stored text itself, unparsed.
 */
export async function showVersions(
  store: ClinicalStore,
  client: SqlClient,
  { principal }: Pick<AccessContext, 'principal'>,
  interaction: ShowingInteraction,
  type: string,
  versions: readonly JudgedVersion[],
): Promise<readonly Shown[]> {
  const how = projection(principal.policy, store.definitions, type, interaction);
  if (how === undefined) {
    return versions.map(({ content }) => ({ content: shownText(content) }));
  }
  const holding = await holdingOf(store, client, type, how, versions);
  return versions.map((version, index) =>
    shownBy(store, principal, type, version, how.project(holding[index] ?? [])),
  );
}

/** What the caller may see of one version, as {@link showVersions}. */
export async function showVersion(
  store: ClinicalStore,
  client: SqlClient,
  context: Pick<AccessContext, 'principal'>,
  interaction: ShowingInteraction,
  type: string,
  version: JudgedVersion,
): Promise<Shown> {
  const [shown] = await showVersions(store, client, context, interaction, type, [version]);
  return shown as Shown;
}

/** The same for rows of several types, in their order. @param typeOf type of a row */
export async function showRows<Row extends JudgedVersion>(
  store: ClinicalStore,
  client: SqlClient,
  context: Pick<AccessContext, 'principal'>,
  interaction: ShowingInteraction,
  rows: readonly Row[],
  typeOf: (row: Row) => string,
): Promise<readonly ShownRow<Row>[]> {
  if (!isNarrowed(store, context)) return rows as readonly (Row & ShownRow<Row>)[];
  const shown = new Map<Row, ShownText>();
  for (const [type, some] of Map.groupBy(rows, typeOf)) {
    const views = await showVersions(store, client, context, interaction, type, some);
    for (const [index, row] of some.entries()) shown.set(row, (views[index] as Shown).content);
  }
  return rows.map((row) => ({ ...row, content: shown.get(row) as ShownText }));
}

/** Shows a version by the rules of an interaction that are known to hold for it; none show what all of them show. */
export function showByRules(
  store: ClinicalStore,
  { principal }: Pick<AccessContext, 'principal'>,
  interaction: ShowingInteraction,
  type: string,
  holding: readonly PolicyRule[],
  version: JudgedVersion,
): Shown {
  const how = projection(principal.policy, store.definitions, type, interaction);
  if (how === undefined) return { content: shownText(version.content) };
  return shownBy(store, principal, type, version, how.project(holding));
}

/** True for callers who see of some resources no more than parts: they get no numbers of versions and no instants. */
export function isNarrowed(
  { definitions }: Pick<ClinicalStore, 'definitions'>,
  { principal }: Pick<AccessContext, 'principal'>,
): boolean {
  return hasViews(principal.policy, definitions);
}

/**
 * What an interaction's rules show of a resource with exact numbers, for who goes on with it as a tree.
 * @param rules judged already: those that hold for the resource
 * @returns the same object where everything is shown
 */
export function projectedBy(
  { definitions }: Pick<ClinicalStore, 'definitions'>,
  { principal }: Pick<AccessContext, 'principal'>,
  interaction: PolicyInteraction,
  rules: readonly PolicyRule[],
  resource: object & { readonly resourceType: string },
): object {
  const how = projection(principal.policy, definitions, resource.resourceType, interaction);
  return how === undefined ? resource : how.project(rules)(resource);
}

function holdingOf(
  store: ClinicalStore,
  client: SqlClient,
  type: string,
  { open }: Projection,
  versions: readonly JudgedVersion[],
): Promise<readonly (readonly PolicyRule[])[]> {
  if (open.length === 0) return Promise.resolve([]);
  return holdingRules(store, client, type, open, versions);
}

function shownBy(
  store: ClinicalStore,
  { policy }: Principal,
  type: string,
  { id, content }: JudgedVersion,
  project: Project,
): Shown {
  const seen = project(parseExact(content).exact as JsonObject);
  // Two projects that see the same have no name of it in common.
  const { pseudonyms = '' } = policy;
  const versionId = store.viewTag(`${type}/${id}\n${pseudonyms}\n${JSON.stringify(seen)}`);
  const { resourceType, id: _id, meta, ...rest } = seen;
  const stamped = { resourceType, id, meta: { versionId, ...(meta as JsonObject) }, ...rest };
  return { content: shownText(JSON.stringify(stamped)), versionId };
}
