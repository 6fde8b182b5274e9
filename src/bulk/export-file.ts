import { randomUUID } from 'node:crypto';
import type { Principal } from '../access/principal.ts';
import { AUDIT_INSERT, auditColumns } from '../audit/insert.ts';
import { auditRows } from '../storage/access-context.ts';
import type { SqlClient } from '../storage/database.ts';
import { instant } from '../storage/instant.ts';
import { pseudonymousLine } from '../fhir/pseudonymised.ts';
import { type BulkService, contextOf } from './bulk-service.ts';
import type { ExportPage } from './export-page.ts';
import type { ExportPosition, ExportStep } from './export-plan.ts';
import { exportReader } from './export-reader.ts';
import { addFile, type BulkJob, expectBlob } from './job-store.ts';

/** Rows of the ledger that one statement adds. */
const AUDIT_ROWS = 5_000;

/**
 * Writes the next file of a step and moves the job on.
 * @returns the new position, or undefined where the job was cancelled meanwhile
 */
export async function writeExportFile(
  service: BulkService,
  job: BulkJob,
  principal: Principal,
  step: ExportStep,
  position: ExportPosition,
  signal: AbortSignal,
): Promise<ExportPosition | undefined> {
  const { store, blobs, settings } = service;
  const reader = exportReader(service, job, principal, step);
  const change = pseudonymousLine(store, service.baseUrls, principal);
  const read = async (after: string): Promise<ExportPage> => {
    signal.throwIfAborted();
    const page = await reader.read(after);
    return change === undefined ? page : withLines(page, change);
  };
  // Nothing is written for a type that has nothing to write.
  let first = await read(position.after);
  while (first.lines === 0 && first.more) first = await read(first.last);
  const next = { ...position, step: position.step + 1, after: '0' };
  if (first.lines === 0) return next;

  const number = position.files + 1;
  const key = `bulk/${job.id}/${String(number)}-${randomUUID()}.ndjson`;
  if (!(await expectBlob(store.database, job.id, key))) return undefined;
  const file = { lines: 0, last: position.after, more: false, patients: new Set<string>() };
  const { size } = await blobs.write(key, fileText(first, read, settings.linesPerFile, file));
  const moved = file.more
    ? { step: position.step, after: file.last, files: number }
    : { ...next, files: number };
  const written = await store.database.transaction(async (tx) => {
    const kept = await addFile(
      tx,
      job.id,
      {
        number,
        list: step.list,
        type: listedType(step),
        key,
        lines: file.lines,
        bytes: String(size),
      },
      moved,
    );
    if (kept) await recordFile(tx, service, job, principal, step, reader.rules, [...file.patients]);
    return kept;
  });
  if (written) return moved;
  await blobs.remove(key);
  return undefined;
}

/** A page with each line changed; lines that have no form to show are left out. */
function withLines(page: ExportPage, change: (line: string) => string | undefined): ExportPage {
  const lines = page.text.split('\n').flatMap((line) => (line === '' ? [] : (change(line) ?? [])));
  return {
    ...page,
    text: lines.map((line) => `${line}\n`).join(''),
    lines: lines.length,
  };
}

/** Type of the lines of a file: deletions are told in Bundles. */
function listedType({ list, type }: ExportStep): string {
  return list === 'deleted' ? 'Bundle' : type;
}

/** The pages of one file; the next one is read while the one before is being written. */
async function* fileText(
  first: ExportPage,
  read: (after: string) => Promise<ExportPage>,
  limit: number,
  file: { lines: number; last: string; more: boolean; readonly patients: Set<string> },
): AsyncGenerator<Uint8Array> {
  let page = first;
  for (;;) {
    file.lines += page.lines;
    file.last = page.last;
    file.more = page.more;
    for (const patient of page.patients) file.patients.add(patient);
    const goesOn = page.more && (file.lines < limit || page.open === true);
    const following = goesOn ? read(page.last) : undefined;
    // It is waited for below; where writing fails first, nobody does, and that failure is the one to tell.
    following?.catch(() => undefined);
    if (page.text !== '') yield Buffer.from(page.text);
    if (following === undefined) return;
    page = await following;
  }
}

/** One row of the ledger for each patient of whom the file holds something, in the transaction that makes it visible. */
async function recordFile(
  tx: SqlClient,
  { store }: BulkService,
  job: BulkJob,
  principal: Principal,
  step: ExportStep,
  rules: readonly string[],
  patients: readonly string[],
): Promise<void> {
  const access = {
    interaction: 'operation:export',
    type: step.type,
    rule: rules.join('|'),
    query: `bulkdata/export/${job.id}`,
    detail: step.list === 'deleted' ? 'Deletions written to a file' : 'Written to a file',
  };
  const recorded = instant(store.clock);
  for (let start = 0; start === 0 || start < patients.length; start += AUDIT_ROWS) {
    const some = patients.slice(start, start + AUDIT_ROWS).join(',');
    const rows = auditRows(contextOf(job, principal), { ...access, patients: some }, recorded);
    const columns = auditColumns(rows);
    const arrays = columns.map(({ type }, index) => `$${String(index + 1)}::${type}[]`);
    await tx.query({
      name: 'audit',
      text: AUDIT_INSERT(arrays),
      values: columns.map(({ items }) => items),
    });
  }
}
