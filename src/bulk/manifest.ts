import type { ExportPlan } from './export-plan.ts';
import type { BulkFile, BulkJob } from './job-store.ts';

/** One file of a manifest. */
interface ManifestFile {
  /** Type of the lines; absent where the files are organized by patients. */
  readonly type?: string;
  readonly url: string;
  readonly count: number;
}

/**
 * What a finished export answers with; `outputOrganizedBy` is of edition 3.0.
 * @see https://hl7.org/fhir/uv/bulkdata/STU2/export.html#response---complete-status
 */
export interface ExportManifest {
  readonly transactionTime: string;
  readonly request: string;
  readonly requiresAccessToken: true;
  readonly outputOrganizedBy?: 'Patient';
  readonly output: readonly ManifestFile[];
  readonly deleted: readonly ManifestFile[];
  readonly error: readonly ManifestFile[];
}

/** The manifest of a finished export; its URLs are below the base under which it is asked for. */
export function exportManifest(
  job: BulkJob,
  files: readonly BulkFile[],
  base: string,
): ExportManifest {
  const { organizedBy } = job.plan as ExportPlan;
  const list = (name: BulkFile['list']): readonly ManifestFile[] =>
    files
      .filter((file) => file.list === name)
      .map(({ number, type, lines }) => ({
        ...(organizedBy !== undefined && name === 'output' ? {} : { type }),
        url: `${base}/bulkdata/export/${job.id}/${String(number)}`,
        count: lines,
      }));
  return {
    transactionTime: job.transactionTime,
    request: job.request,
    requiresAccessToken: true,
    ...(organizedBy === undefined ? {} : { outputOrganizedBy: organizedBy }),
    output: list('output'),
    deleted: list('deleted'),
    error: list('error'),
  };
}
