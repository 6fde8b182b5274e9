import { fhirError } from '../outcome/codes.ts';
import { type BulkService, principalOf } from './bulk-service.ts';
import { writeExportFile } from './export-file.ts';
import { exportSteps, type ExportPlan, type ExportPosition } from './export-plan.ts';
import { JobGone } from './job-gone.ts';
import type { BulkJob } from './job-store.ts';
import { requireSameReach } from './same-reach.ts';
import { stepsToTake } from './stored-types.ts';

/**
 * Goes on with an export where its last file ended. What a process that was killed had not finished is thrown away and
 * written again, so that nothing is missing and nothing stands in two files.
 * @param turnEnds true once others should get their turn
 * @returns true where the export is complete
 * @throws JobGone
 */
export async function workOnExport(
  service: BulkService,
  job: BulkJob,
  signal: AbortSignal,
  turnEnds: () => boolean,
): Promise<boolean> {
  const steps = exportSteps(job.plan as ExportPlan);
  const taken = await stepsToTake(service.store, steps);
  let position = job.position as ExportPosition;
  for (;;) {
    const step = steps[position.step];
    if (step === undefined) return true;
    if (taken[position.step] !== true) {
      position = { ...position, step: position.step + 1, after: '0' };
      continue;
    }
    if (turnEnds()) return false;
    // Asked again for each file: who lost the right meanwhile gets no more.
    const principal = await principalOf(service, job);
    if (principal.policy.operation('export') === undefined) {
      throw fhirError('ACCESS_OPERATION_DENIED', { operation: 'export' });
    }
    requireSameReach(service, job, principal);
    const moved = await writeExportFile(service, job, principal, step, position, signal);
    if (moved === undefined) throw new JobGone();
    position = moved;
  }
}
