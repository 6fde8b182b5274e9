import type { CompiledPolicy } from '../access/policy.ts';
import type { Definitions } from '../definitions/model.ts';
import type { ExportPlan } from './export-plan.ts';

/** What the plan depends on beside the parameters. */
export interface PlanContext {
  readonly definitions: Definitions;
  readonly policy: CompiledPolicy;
  readonly level: ExportPlan['level'];
  /** Ids of the members of the group, where one is exported. */
  readonly members?: readonly string[];
  /** True for POST: `patient` is allowed there only. */
  readonly post: boolean;
  /** True for `Prefer: handling=lenient`. */
  readonly lenient: boolean;
  readonly baseUrls: readonly string[];
  /** The id of a patient that the caller has named. */
  readonly patientId: (named: string) => string;
}
