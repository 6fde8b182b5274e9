import { randomUUID } from 'node:crypto';
import { fhirError } from '../../outcome/codes.ts';
import type { BulkService } from '../bulk-service.ts';
import { addFile, type BulkJob, expectBlob } from '../job-store.ts';
import { advance } from './advance.ts';
import { type ImportPlan, type ImportPosition, outcomeFile } from './import-plan.ts';
import { JobGone } from '../job-gone.ts';
import { lineOutcome } from './line-outcome.ts';
import { keptFailures, outcomesOf } from './line-store.ts';
import { LISTED } from './settle.ts';

/** Outcomes that are read at a time. */
const PAGE = 500;

/**
 * Writes the file with what went wrong in an input; none where nothing did.
 * @returns the new position
 * @throws JobGone
 */
export async function writeOutcome(
  service: BulkService,
  job: BulkJob,
  position: ImportPosition,
): Promise<ImportPosition> {
  const { store, blobs } = service;
  const { input } = position;
  const next = { ...position, input: input + 1 };
  const failed = position.inputs[input]?.failed ?? 0;
  if (failed === 0) return advance(store.database, job.id, position, next);
  const listed = await keptFailures(store.database, job.id, input);
  const number = outcomeFile(job.plan as ImportPlan, input);
  const key = `bulk/${job.id}/${String(number)}-${randomUUID()}.ndjson`;
  if (!(await expectBlob(store.database, job.id, key))) throw new JobGone();
  const { size } = await blobs.write(key, outcomeText(service, job.id, input, failed - listed));
  const file = {
    number,
    list: 'error' as const,
    type: 'OperationOutcome',
    key,
    lines: listed + (failed > listed ? 1 : 0),
    bytes: String(size),
  };
  const added = await store.database.transaction((tx) => addFile(tx, job.id, file, next));
  if (added) return next;
  await blobs.remove(key);
  throw new JobGone();
}

async function* outcomeText(
  { store }: BulkService,
  job: string,
  input: number,
  unlisted: number,
): AsyncGenerator<Uint8Array> {
  for (let after = -1; ; ) {
    const page = await outcomesOf(store.database, job, input, after, PAGE);
    const last = page.at(-1);
    if (last === undefined) break;
    after = last.line;
    yield Buffer.from(page.map(({ outcome }) => `${outcome}\n`).join(''));
  }
  if (unlisted === 0) return;
  const more = fhirError('BULK_LINES_UNLISTED', { count: unlisted, limit: LISTED });
  yield Buffer.from(`${lineOutcome(more, 0)}\n`);
}
