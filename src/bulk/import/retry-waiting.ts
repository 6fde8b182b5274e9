import { contextOf } from '../bulk-service.ts';
import { advance } from './advance.ts';
import { CHUNK_BYTES, CHUNK_LINES } from './import-chunks.ts';
import type { ImportPlan, ImportPosition } from './import-plan.ts';
import { waitingLines } from './line-store.ts';
import type { ImportRun } from './read-input.ts';
import { type ImportLine, readLine } from './read-line.ts';
import { settleChunk } from './settle.ts';
import { writeChunk } from './write-chunk.ts';

/** Passes over the waiting lines at most: as many links a chain of references may have that comes in the wrong order. */
const PASSES = 32;

/**
 * Tries waiting lines again, until none waits, or a pass could settle none: what then still refers to nothing has failed.
 * @returns the new position
 * @throws JobGone
 */
export async function retryWaiting(
  { service, job, signal, principal, turnEnds }: ImportRun,
  position: ImportPosition,
): Promise<ImportPosition> {
  const { store } = service;
  const { inputs } = job.plan as ImportPlan;
  let at = position;
  while (at.waiting > 0 && !turnEnds()) {
    signal.throwIfAborted();
    const rows = await waitingLines(store.database, job.id, at, {
      lines: CHUNK_LINES,
      bytes: CHUNK_BYTES,
    });
    const lines = distinct(
      rows.map(({ input, line, content }) =>
        readLine(store.definitions, Buffer.from(content), { input, line }, inputs[input]?.type),
      ),
    );
    const last = lines.at(-1);
    const from = at;
    if (last === undefined) {
      // The end of a pass. One that was the last has left nothing.
      at = await advance(store.database, job.id, from, {
        ...at,
        input: 0,
        line: 0,
        pass: at.pass + 1,
        last: at.settled === 0 || at.pass + 2 >= PASSES,
        settled: 0,
      });
      continue;
    }
    const reached = { phase: 'retry', input: last.input, offset: 0, line: last.line } as const;
    await writeChunk(
      store,
      contextOf(job, await principal()),
      lines,
      !at.last,
      async (tx, results) => {
        at = await settleChunk(tx, job.id, from, results, reached, true);
      },
    );
  }
  return at;
}

/** The lines up to the first whose resource an earlier one has. */
function distinct(lines: readonly ImportLine[]): readonly ImportLine[] {
  const keys = new Set<string>();
  const repeated = lines.findIndex(({ key }) => {
    if (key === undefined) return false;
    if (keys.has(key)) return true;
    keys.add(key);
    return false;
  });
  return repeated < 0 ? lines : lines.slice(0, repeated);
}
