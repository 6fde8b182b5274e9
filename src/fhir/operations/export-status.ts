import { exportSteps, type ExportPlan, type ExportPosition } from '../../bulk/export-plan.ts';
import { readFiles } from '../../bulk/job-store.ts';
import { exportManifest } from '../../bulk/manifest.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { bulkStatus } from './bulk-job.ts';

/**
 * `GET bulkdata/export/[id]`: how far it is, and in the end the manifest.
 * @throws FhirError `BULK_JOB_UNKNOWN`, `BULK_JOB_FAILED`
 * @see https://hl7.org/fhir/uv/bulkdata/STU2/export.html#bulk-data-status-request
 */
export function exportStatus(call: FhirCall, id: string): Promise<FhirResponse> {
  const { services, request } = call;
  return bulkStatus(
    call,
    'export',
    id,
    // How many parts are done, without saying how much there is.
    (job) => {
      const steps = exportSteps(job.plan as ExportPlan).length;
      const { step } = job.position as ExportPosition;
      return `${String(step)} of ${String(steps)} parts written`;
    },
    async (job) => exportManifest(job, await readFiles(services.store.database, id), request.base),
  );
}
