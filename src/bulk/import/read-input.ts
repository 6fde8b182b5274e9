import type { Principal } from '../../access/principal.ts';
import { type BulkService, contextOf } from '../bulk-service.ts';
import type { BulkJob } from '../job-store.ts';
import { advance } from './advance.ts';
import { importChunks } from './import-chunks.ts';
import type { ImportInput, ImportPosition } from './import-plan.ts';
import { ndjsonLines } from './ndjson-lines.ts';
import { readLine } from './read-line.ts';
import { settleChunk } from './settle.ts';
import type { StagedInput } from './stage-input.ts';
import { writeChunk } from './write-chunk.ts';

/** What a phase of an import works with. */
export interface ImportRun {
  readonly service: BulkService;
  readonly job: BulkJob;
  readonly signal: AbortSignal;
  /** Who imports, asked again for each chunk. @throws FhirError where the right was lost meanwhile */
  readonly principal: () => Promise<Principal>;
  /** True once others should get their turn. */
  readonly turnEnds: () => boolean;
}

/**
 * Imports an input from where its last chunk ended. The next chunk is read while one is being written.
 * @returns the new position: within the input where the turn has ended, else behind it
 * @throws JobGone
 */
export async function readInput(
  { service, job, signal, principal, turnEnds }: ImportRun,
  position: ImportPosition,
  input: ImportInput,
  { key, size }: StagedInput,
): Promise<ImportPosition> {
  const { store, blobs, settings } = service;
  let at = position;
  if (at.offset < size) {
    const stream = await blobs.read(key, { start: at.offset });
    const chunks = importChunks(
      ndjsonLines(stream, at.offset, settings.maxLineBytes),
      at.line + 1,
      at.input,
      settings.maxLineBytes,
      (bytes, place) => readLine(store.definitions, bytes, place, input.type),
    );
    try {
      let next = chunks.next();
      for (;;) {
        signal.throwIfAborted();
        const read = await next;
        if (read.done === true) break;
        const chunk = read.value;
        next = chunks.next();
        // It is waited for above; where writing fails first, nobody does, and that failure is the one to tell.
        next.catch(() => undefined);
        const from = at;
        const reached = {
          phase: 'read',
          input: at.input,
          offset: chunk.end,
          line: chunk.line,
        } as const;
        await writeChunk(
          store,
          contextOf(job, await principal()),
          chunk.lines,
          true,
          async (tx, results) => {
            at = await settleChunk(tx, job.id, from, results, reached, false);
          },
        );
        if (turnEnds()) return at;
      }
    } finally {
      stream.destroy();
    }
  }
  const next = { ...at, input: at.input + 1, offset: 0, line: 0 };
  return advance(store.database, job.id, at, next);
}
