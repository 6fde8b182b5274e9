import type { BulkFile, BulkJob } from '../job-store.ts';
import { type ImportPlan, type ImportPosition, outcomeFile } from './import-plan.ts';

/** What a finished import answers with; its form is that of the manifest of an export. */
export interface ImportManifest {
  readonly transactionTime: string;
  readonly request: string;
  readonly requiresAccessToken: true;
  /** One for each input: `count` resources are as it says. */
  readonly output: readonly {
    readonly type?: string;
    readonly inputUrl: string;
    readonly count: number;
  }[];
  /** Files with an OperationOutcome for each line that could not be imported. */
  readonly outcome: readonly {
    readonly type: 'OperationOutcome';
    readonly inputUrl: string;
    readonly url: string;
    readonly count: number;
  }[];
  readonly extension: {
    /** Lines that hold something, of all inputs. */
    readonly lines: number;
    readonly created: number;
    readonly updated: number;
    /** Resources that were as their line says already, or over which a later line was written. */
    readonly unchanged: number;
    readonly failed: number;
  };
}

/** The manifest of a finished import; its URLs are below the base under which it is asked for. */
export function importManifest(
  job: BulkJob,
  files: readonly BulkFile[],
  base: string,
): ImportManifest {
  const plan = job.plan as ImportPlan;
  const { lines, created, updated, unchanged, inputs } = job.position as ImportPosition;
  return {
    transactionTime: job.transactionTime,
    request: job.request,
    requiresAccessToken: true,
    output: plan.inputs.map(({ url, type }, index) => ({
      ...(type === undefined ? {} : { type }),
      inputUrl: url,
      count: inputs[index]?.imported ?? 0,
    })),
    outcome: plan.inputs.flatMap(({ url: inputUrl }, index) => {
      const file = files.find(({ number }) => number === outcomeFile(plan, index));
      if (file === undefined) return [];
      const url = `${base}/bulkdata/import/${job.id}/${String(file.number)}`;
      return [{ type: 'OperationOutcome' as const, inputUrl, url, count: file.lines }];
    }),
    extension: {
      lines,
      created,
      updated,
      unchanged,
      failed: inputs.reduce((sum, { failed }) => sum + failed, 0),
    },
  };
}
