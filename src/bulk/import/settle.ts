import type { SqlClient } from '../../storage/database.ts';
import { advance } from './advance.ts';
import type { ImportPosition, InputCounts } from './import-plan.ts';
import { lineOutcome } from './line-outcome.ts';
import { keepLines, type KeptLine, removeLines, removeOvertaken } from './line-store.ts';
import type { LineResult } from './write-chunk.ts';

/** Failures of a job that are listed; what is beyond is counted only. */
export const LISTED = 10_000;

/** Where the job stands after a chunk, beside what follows from the results. */
type Reached = Pick<ImportPosition, 'phase' | 'input' | 'offset' | 'line'>;

/**
 * Keeps what came of a chunk, in the transaction that writes it, and moves the job on.
 * @param again true where the lines had waited before
 * @returns the new position
 * @throws JobGone where the job was cancelled, or somebody else was faster
 */
export async function settleChunk(
  tx: SqlClient,
  job: string,
  from: ImportPosition,
  results: readonly LineResult[],
  reached: Reached,
  again: boolean,
): Promise<ImportPosition> {
  const failed = results.filter(({ kind }) => kind === 'failed');
  const waiting = again ? [] : results.filter(({ kind }) => kind === 'waiting');
  const listed = failed.slice(0, LISTED - from.listed);
  const gone = again ? results.filter(({ kind }) => kind !== 'waiting') : [];
  await removeLines(
    tx,
    job,
    gone.map(({ line }) => line),
  );
  await keepLines(tx, job, [...listed, ...waiting].map(keptLine));
  const before = from.waiting - gone.length;
  const overtaken = before > 0 ? await removeOvertaken(tx, job, writtenOf(results)) : [];
  const count = (kind: LineResult['kind']): number =>
    results.filter((result) => result.kind === kind).length;
  const to: ImportPosition = {
    ...from,
    ...reached,
    lines: from.lines + (again ? 0 : results.length),
    settled: from.settled + gone.length + overtaken.length,
    waiting: before + waiting.length - overtaken.length,
    listed: from.listed + listed.length,
    created: from.created + count('created'),
    updated: from.updated + count('updated'),
    unchanged: from.unchanged + count('unchanged') + overtaken.length,
    inputs: countInputs(from.inputs, results, overtaken),
  };
  return advance(tx, job, from, to);
}

function keptLine({ line: { input, line, key, text }, ...result }: LineResult): KeptLine {
  const error = 'error' in result ? result.error : undefined;
  if (error === undefined) throw new TypeError('Only what was not written is kept');
  return {
    input,
    line,
    key: key ?? null,
    content: result.kind === 'waiting' ? text : null,
    outcome: lineOutcome(error, line, key),
  };
}

function writtenOf(results: readonly LineResult[]) {
  return results.flatMap(({ kind, line: { input, line, key } }) =>
    key === undefined || kind === 'failed' || kind === 'waiting' ? [] : [{ input, line, key }],
  );
}

function countInputs(
  inputs: readonly InputCounts[],
  results: readonly LineResult[],
  overtaken: readonly number[],
): readonly InputCounts[] {
  const counts = inputs.map((input) => ({ ...input }));
  const at = (input: number) => counts[input] as { imported: number; failed: number };
  for (const { kind, line } of results) {
    if (kind === 'failed') at(line.input).failed += 1;
    else if (kind !== 'waiting') at(line.input).imported += 1;
  }
  for (const input of overtaken) at(input).imported += 1;
  return counts;
}
