import { isReachedByWildcard } from '../../../access/admin-types.ts';
import { isBlocked } from '../../../access/blocked/blockers.ts';
import { COMPARTMENT } from '../../../access/blocked/rule-blocks.ts';
import { hasViews } from '../../../access/view/has-views.ts';
import type { SearchExpression } from '../../../search/expression.ts';
import type { AccessContext } from '../../access-context.ts';
import type { ClinicalStore } from '../../clinical-store.ts';
import type { SqlClient } from '../../database.ts';
import { compartmentKey, linkKey, resourceKey } from '../../index-keys.ts';
import { sqlParameters, type SqlParameters } from '../../search-sql/parameters.ts';
import { whereSql } from '../../search-sql/where.ts';

/** Type and id of a resource. */
export interface ResourceName {
  readonly type: string;
  readonly id: string;
}

/** A parameter with more target types than this may lead to anything. */
const ANY = 100;

/** What of a type can be seen to refer to a resource. */
interface Source {
  readonly type: string;
  readonly where: SearchExpression;
  /** Hashes of the parameters that may lead there. */
  readonly links: readonly bigint[];
  /** True if the caller may see which patient its resources are about. */
  readonly showsPatient: boolean;
  /** True if the caller sees all of them and all of their references. */
  readonly whole: boolean;
}

/**
 * Resources that the caller sees to refer to one: found by the tokens that references to it have under each parameter, and
 * for a patient by the column of the patient. What the caller does not see is left out, the resource as well as a hidden
 * reference in one that is seen: that a deletion is refused would tell of it. What steers access loses its effect by itself
 * when what it names is gone, and so does not count.
 * @param limit rows at most
 */
export async function referrersOf(
  store: ClinicalStore,
  client: SqlClient,
  context: AccessContext,
  target: ResourceName,
  limit: number,
): Promise<readonly ResourceName[]> {
  const { types, hash } = store;
  const parameters = sqlParameters();
  const self = hash(resourceKey(target.type, target.id));
  const patient =
    target.type === 'Patient'
      ? parameters.add(hash(compartmentKey(target.id)), 'bigint')
      : undefined;
  const sources = sourcesOf(store, context, target.type);
  const whole = sources.filter((source) => source.whole);
  const referring = [
    ...(whole.length === 0 ? [] : [wholeSql(store, whole, self, patient, parameters)]),
    ...sources
      .filter((source) => !source.whole)
      .map((source) => partSql(store, source, self, patient, parameters)),
  ];
  if (referring.length === 0) return [];
  const text = `select r.type, r.id from resource r
    where (${referring.join(' or ')}) and not r.deleted
      and not (r.type = ${parameters.add(types.code(target.type), 'smallint')} and r.id = ${parameters.add(target.id, 'text')})
    limit ${parameters.add(limit, 'integer')}`;
  const name = store.shapes(text);
  const rows = await client.query<{ type: number; id: string }>({
    text,
    values: parameters.values,
    ...(name === undefined ? {} : { name }),
  });
  return rows.map((row) => ({ type: types.name(row.type), id: row.id }));
}

/** True if the caller sees everything that can refer to a resource of the type. It depends on the policy alone. */
export function seesAllReferrers(
  store: ClinicalStore,
  context: AccessContext,
  target: string,
): boolean {
  const { definitions } = store;
  const sources = sourcesOf(store, context, target);
  const seen = new Set(sources.filter(({ whole }) => whole).map(({ type }) => type));
  return definitions.resourceTypes
    .filter(isReachedByWildcard)
    .every((type) => seen.has(type) || linksTo(store, type, target).length === 0);
}

function wholeSql(
  { types }: ClinicalStore,
  sources: readonly Source[],
  self: bigint,
  patient: string | undefined,
  parameters: SqlParameters,
): string {
  const codes = sources.map(({ type }) => types.code(type));
  const found = referringSql(
    sources.flatMap(({ links }) => links),
    self,
    patient,
    parameters,
  );
  return `(${found} and r.type = any(${parameters.add(codes, 'smallint[]')}))`;
}

function partSql(
  store: ClinicalStore,
  { type, links, where, showsPatient }: Source,
  self: bigint,
  patient: string | undefined,
  parameters: SqlParameters,
): string {
  const { types, hash, paramKey, chief } = store;
  const found = referringSql(links, self, showsPatient ? patient : undefined, parameters);
  const shown = whereSql(where, { type, hash, paramKey, chief, parameters });
  return `(${found} and r.type = ${parameters.add(types.code(type), 'smallint')} and ${shown})`;
}

function referringSql(
  links: readonly bigint[],
  self: bigint,
  patient: string | undefined,
  parameters: SqlParameters,
): string {
  const tokens = `{${links.map((link) => link ^ self).join(',')}}`;
  const byToken = `r.tokens && ${parameters.add(tokens, 'bigint[]')}`;
  return patient === undefined ? byToken : `(${byToken} or r.patient = ${patient})`;
}

function sourcesOf(
  store: ClinicalStore,
  { principal: { policy } }: AccessContext,
  target: string,
): readonly Source[] {
  const { definitions, hash } = store;
  const narrowed = hasViews(policy, definitions);
  return definitions.resourceTypes.filter(isReachedByWildcard).flatMap((type): Source[] => {
    const where = policy.where(type, 'read');
    if (where.kind === 'none') return [];
    const codes = linksTo(store, type, target);
    const shows = (name: string): boolean =>
      !narrowed || !isBlocked(definitions, policy, type, name, 'read');
    const shown = codes.filter(shows);
    const showsPatient = shows(COMPARTMENT);
    if (shown.length === 0 && (target !== 'Patient' || !showsPatient)) return [];
    const whole = where.kind === 'all' && shown.length === codes.length && showsPatient;
    const links = shown.map((code) => hash(linkKey(type, code)));
    return [{ type, where, links, showsPatient, whole }];
  });
}

/** Parameters of a type that may lead to another. */
function linksTo(
  { definitions }: ClinicalStore,
  source: string,
  target: string,
): readonly string[] {
  return [...definitions.searchParameters(source).values()]
    .filter(
      ({ type, targets }) =>
        type === 'reference' &&
        (targets.length === 0 || targets.length > ANY || targets.includes(target)),
    )
    .map(({ code }) => code);
}
