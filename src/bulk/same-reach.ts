import type { Principal } from '../access/principal.ts';
import { fhirError } from '../outcome/codes.ts';
import type { BulkService } from './bulk-service.ts';
import type { ExportPlan } from './export-plan.ts';
import type { BulkJob } from './job-store.ts';
import { reachOf } from './reach.ts';

/**
 * Refuses an export whose owner sees something else by now than when it was started: its files would show what they may
 * not see any more, or not all of what they may. What is still there of a relation or a consent is asked while files are
 * written; a file that is written is as it was.
 * @throws FhirError `BULK_POLICY_CHANGED`
 */
export function requireSameReach(
  { store }: Pick<BulkService, 'store'>,
  { plan }: Pick<BulkJob, 'plan'>,
  { policy }: Pick<Principal, 'policy'>,
): void {
  if ((plan as ExportPlan).reach !== reachOf(store.definitions, policy))
    throw fhirError('BULK_POLICY_CHANGED');
}
