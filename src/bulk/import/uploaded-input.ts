import { randomUUID } from 'node:crypto';
import { fhirError } from '../../outcome/codes.ts';
import type { SqlClient } from '../../storage/database.ts';
import type { BulkService } from '../bulk-service.ts';
import { addFile } from '../job-store.ts';
import { type ImportPlan, importStart, inputFile } from './import-plan.ts';

/** An input that came with the kick-off and waits for its job. */
export interface UploadedInput {
  /** Index of the input. */
  readonly input: number;
  readonly type: string;
  readonly key: string;
  /** Bytes. */
  readonly size: number;
}

/**
 * Takes an input into the blob store. Until the job takes it over it counts as a blob that nobody names, so that the sweep
 * removes it where the server is killed before.
 * @throws FhirError `BLOB_STORE_UNAVAILABLE`; what `source` throws
 */
export async function uploadInput(
  { store, blobs }: BulkService,
  job: string,
  { input, type }: Pick<UploadedInput, 'input' | 'type'>,
  source: AsyncIterable<Uint8Array>,
): Promise<UploadedInput> {
  const key = `bulk/${job}/input-${String(inputFile(input))}-${randomUUID()}.ndjson`;
  await store.database.query({
    name: 'binary-blob',
    text: 'insert into binary_blob (key, id) values ($1, $2)',
    values: [key, job],
  });
  const { size } = await blobs.write(key, source);
  return { input, type, key, size };
}

/**
 * Makes uploaded inputs files of the job, in the transaction that adds it.
 * @throws FhirError `BLOB_NOT_FOUND` where the sweep has taken one for forgotten
 */
export async function takeOver(
  tx: SqlClient,
  job: string,
  plan: ImportPlan,
  uploaded: readonly UploadedInput[],
): Promise<void> {
  const keys = uploaded.map(({ key }) => key);
  const rows = await tx.query({
    text: 'delete from binary_blob where key = any($1) returning 1',
    values: [keys],
  });
  if (rows.length < keys.length) throw fhirError('BLOB_NOT_FOUND');
  for (const { input, type, key, size } of uploaded) {
    const number = inputFile(input);
    const file = { number, list: 'input', type, key, lines: 0, bytes: String(size) } as const;
    await addFile(tx, job, file, importStart(plan));
  }
}

/** Removes uploaded inputs that no job takes over; what this misses, the sweep removes. */
export async function discardUploads(
  { blobs }: BulkService,
  uploaded: readonly UploadedInput[],
): Promise<void> {
  for (const { key } of uploaded) await blobs.remove(key);
}
