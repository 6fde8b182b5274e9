import type { CompiledPolicy } from '../../../access/policy.ts';
import type { SearchExpression } from '../../../search/expression.ts';
import type { ClinicalStore } from '../../clinical-store.ts';
import { namedPatients } from '../../search-sql/anchor.ts';

/** Whose versions are asked for. */
export type HistoryScope =
  | { readonly scope: 'instance'; readonly type: string; readonly id: string }
  | { readonly scope: 'type'; readonly type: string }
  | { readonly scope: 'system' };

/** Where a version lies: instant of change, number of the resource, number of the version. */
export type HistoryPosition = readonly [lastUpdated: string, rid: string, version: string];

/**
 * Which rows a history looks at. This only leads to rows: whether a version is shown is decided by its own content.
 */
export type HistoryPlan =
  | { readonly scope: 'instance'; readonly type: string; readonly id: string }
  | {
      readonly scope: 'many';
      /** Types of which everything is shown. */
      readonly open: readonly string[];
      /** Types of which only the resources of certain patients are shown; `patients` are hashes. */
      readonly ofPatients?: {
        readonly types: readonly string[];
        readonly patients: readonly string[];
      };
      /** Types that are narrowed by something else. */
      readonly narrow: readonly { readonly type: string; readonly where: SearchExpression }[];
    };

/**
 * Plans the history of types under a policy, so that the work grows with what is shown and not with what is hidden. The
 * resources of a patient are found by the patient, those that have left the compartment too; where rules narrow by
 * anything else, only resources that they show today are looked at.
 */
export function planHistory(
  store: ClinicalStore,
  policy: Pick<CompiledPolicy, 'where'>,
  types: readonly string[],
): Extract<HistoryPlan, { scope: 'many' }> {
  const open: string[] = [];
  const patientTypes: string[] = [];
  const patients = new Set<string>();
  const narrow: { type: string; where: SearchExpression }[] = [];
  for (const type of types) {
    const where = policy.where(type, 'history');
    const named = namedPatients(where, { type, chief: store.chief, hash: store.hash });
    if (where.kind === 'all') open.push(type);
    else if (named === undefined) narrow.push({ type, where });
    else {
      patientTypes.push(type);
      for (const patient of named) patients.add(patient);
    }
  }
  return {
    scope: 'many',
    open,
    narrow,
    ...(patientTypes.length === 0
      ? {}
      : { ofPatients: { types: patientTypes, patients: [...patients] } }),
  };
}
