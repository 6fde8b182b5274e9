import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { isFhirError } from '../../outcome/fhir-error.ts';
import type { BulkService } from '../bulk-service.ts';
import { addFile, type BulkJob, expectBlob, readFiles } from '../job-store.ts';
import { advance } from './advance.ts';
import { fetchInput } from './fetch-input.ts';
import { type ImportInput, type ImportPosition, inputFile } from './import-plan.ts';
import { JobGone } from '../job-gone.ts';
import { lineOutcome } from './line-outcome.ts';
import { keepLines } from './line-store.ts';

/** Milliseconds before each further attempt. */
const PAUSES = [500, 3_000];

/** Milliseconds that an input may take, all attempts together, and be silent. */
const TIME = 600_000;
const SILENCE = 30_000;

/** Where an input lies. */
export interface StagedInput {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
}

/**
 * Finds an input in the blob store, or fetches it there: what is read again after a crash is what was read before it.
 * @returns undefined where it could not be fetched; then that is kept as a failure, and the position is the returned one
 * @throws JobGone
 */
export async function stageInput(
  service: BulkService,
  job: BulkJob,
  position: ImportPosition,
  input: ImportInput,
  signal: AbortSignal,
): Promise<StagedInput | ImportPosition> {
  const { store, blobs } = service;
  const number = inputFile(position.input);
  const known = (await readFiles(store.database, job.id)).find((file) => file.number === number);
  if (known !== undefined) return { key: known.key, size: Number(known.bytes) };
  const key = `bulk/${job.id}/input-${String(number)}-${randomUUID()}.ndjson`;
  if (!(await expectBlob(store.database, job.id, key))) throw new JobGone();
  let size: number;
  try {
    size = await fetched(service, key, input, signal);
  } catch (error) {
    if (!isFhirError(error) || error.code !== 'BULK_INPUT_UNAVAILABLE') throw error;
    return store.database.transaction(async (tx) => {
      const outcome = lineOutcome(error, 0);
      await keepLines(tx, job.id, [
        { input: position.input, line: 0, key: null, content: null, outcome },
      ]);
      const inputs = position.inputs.map((counts, index) =>
        index === position.input ? { ...counts, failed: counts.failed + 1 } : counts,
      );
      const to = { ...position, input: position.input + 1, offset: 0, line: 0, inputs };
      return advance(tx, job.id, position, to);
    });
  }
  const file = {
    number,
    list: 'input' as const,
    type: input.type ?? 'Resource',
    key,
    lines: 0,
    bytes: String(size),
  };
  const added = await store.database.transaction((tx) => addFile(tx, job.id, file, position));
  if (added) return { key, size };
  await blobs.remove(key);
  throw new JobGone();
}

async function fetched(
  { store, blobs, destinations, settings }: BulkService,
  key: string,
  { url }: ImportInput,
  signal: AbortSignal,
): Promise<number> {
  const until = store.clock.now() + TIME;
  for (let attempt = 0; ; attempt += 1) {
    const wait = PAUSES[attempt];
    const time = Math.max(1, until - store.clock.now());
    const limits = { bytes: settings.maxImportBytes, time, silence: SILENCE, signal };
    try {
      return (await blobs.write(key, fetchInput(new URL(url), destinations, limits))).size;
    } catch (error) {
      const passing = isFhirError(error) && error.code === 'BULK_INPUT_UNAVAILABLE';
      if (!passing || wait === undefined) throw error;
      await pause(wait, undefined, { signal });
    }
  }
}
