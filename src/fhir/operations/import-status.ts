import { importManifest } from '../../bulk/import/import-manifest.ts';
import type { ImportPosition } from '../../bulk/import/import-plan.ts';
import { readFiles } from '../../bulk/job-store.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { bulkStatus } from './bulk-job.ts';

/**
 * `GET bulkdata/import/[id]`: how far it is, and in the end what came of it.
 * @throws FhirError `BULK_JOB_UNKNOWN`, `BULK_JOB_FAILED`
 */
export function importStatus(call: FhirCall, id: string): Promise<FhirResponse> {
  const { services, request } = call;
  return bulkStatus(
    call,
    'import',
    id,
    ({ position }) => {
      const { lines, waiting } = position as ImportPosition;
      return `${String(lines)} lines read, ${String(waiting)} of them wait for others`;
    },
    async (job) => importManifest(job, await readFiles(services.store.database, id), request.base),
  );
}
