import type { CompiledPolicy } from '../../../access/policy.ts';
import { fhirError } from '../../../outcome/codes.ts';
import { and, or, type SearchExpression } from '../../../search/expression.ts';
import { guardFields } from '../../../search/rewriters/guard-fields.ts';
import { simplify } from '../../../search/rewriters/simplify.ts';
import type { AccessContext } from '../../access-context.ts';
import type { ClinicalStore } from '../../clinical-store.ts';
import { anchors } from '../../search-sql/anchor.ts';
import { findLinks } from '../../search-sql/link-keys.ts';
import { sqlParameters } from '../../search-sql/parameters.ts';
import { whereSql } from '../../search-sql/where.ts';
import { versionOf } from '../../version-of.ts';
import { withCodes } from '../judging/resolve-codes.ts';
import { linkNaming } from '../searching/search-request.ts';

/** Patients whom one aggregate may be about. */
export const MAX_AGGREGATE_PATIENTS = 500_000;

/** A patient of an aggregate. */
export interface AggregatePatient {
  readonly patient: string;
  /** Mean of the quantities of the patient's Observations; null where there is none. */
  readonly value: number | null;
}

/**
 * The patients of the resources that satisfy a condition and that the caller's aggregate rules open. Whatever the condition
 * names, other resources behind links included, is opened by those rules alone. Who calls records the access.
 * @param unit UCUM code that quantities must have to be counted in `value`
 * @throws FhirError `AGGREGATE_TOO_LARGE`, `ACCESS_PARAMETER_BLOCKED`
 */
export async function aggregatePatients(
  store: ClinicalStore,
  context: AccessContext,
  type: string,
  where: SearchExpression,
  unit?: string,
): Promise<readonly AggregatePatient[]> {
  const opened = aggregateView(context.principal.policy);
  const resolved = await withCodes(store, context, where);
  const guarded = guardFields(store.definitions, opened, type, resolved);
  const narrowed = simplify(and(guarded, opened.where(type)));
  if (narrowed.kind === 'none') return [];
  const client = store.database;
  const { hash, paramKey, chief } = store;
  const links = await findLinks(client, narrowed, linkNaming(store, type));
  const parameters = sqlParameters();
  const naming = {
    type,
    hash,
    paramKey,
    chief,
    parameters,
    ...(links === undefined ? {} : { links }),
  };
  const { conditions, byPatient, typeColumn } = anchors(narrowed, naming);
  const matched = [
    `${typeColumn} = ${parameters.add(store.types.code(type), 'smallint')}`,
    'not r.deleted',
    ...conditions,
    whereSql(narrowed, { ...naming, byPatient }),
  ];
  const value =
    unit === undefined
      ? 'null::float8'
      : `(select (q ->> 'value')::float8 from (select v.content::jsonb -> 'valueQuantity' as q) c
          where q ->> 'code' = ${parameters.add(unit, 'text')})`;
  const rows = await client.query<AggregatePatient>({
    text: `select p.patient, avg(p.value) as value from (
        select ${subjectSql(type)} as patient, ${value} as value
        from resource r cross join lateral ${versionOf('r')} v where ${matched.join(' and ')} offset 0) p
      where p.patient <> '' group by p.patient limit ${String(MAX_AGGREGATE_PATIENTS + 1)}`,
    values: parameters.values,
  });
  if (rows.length > MAX_AGGREGATE_PATIENTS)
    throw fhirError('AGGREGATE_TOO_LARGE', { limit: MAX_AGGREGATE_PATIENTS });
  return rows;
}

/** Elements that say whom a resource is about. */
const SUBJECTS = ['subject', 'patient', 'for', 'beneficiary'];

/**
 * Whom a resource counts for: the one it is about, which is what rules and consents speak of. That it names others as well
 * (who performed it, who is linked to it) does not count them; where it is about nobody alone, it counts for nobody.
 */
function subjectSql(type: string): string {
  if (type === 'Patient') return 'r.id';
  const references = SUBJECTS.map((name) => `c.j -> '${name}' ->> 'reference'`).join(', ');
  return `case when position(',' in v.patients) = 0 then v.patients else coalesce((
      select s.id from (select v.content::jsonb as j offset 0) c
      cross join lateral substring(coalesce(${references}) from '(?:^|/)Patient/([A-Za-z0-9.-]{1,64})(?:/_history/.*)?$') as s (id)
      where s.id = any(string_to_array(v.patients, ','))), '') end`;
}

/** The policy as aggregates see it: only what is opened to them, and nothing else that the caller may read. */
function aggregateView(policy: CompiledPolicy): {
  rules(type: string): ReturnType<CompiledPolicy['aggregates']>;
  where(type: string): SearchExpression;
} {
  return {
    rules: (type) => policy.aggregates(type),
    where: (type) => or(...policy.aggregates(type).map((rule) => rule.where)),
  };
}
