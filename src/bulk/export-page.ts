import { subset } from '../fhir/subset.ts';
import type { ClinicalStore } from '../storage/clinical-store.ts';
import type { JsonResource } from '../storage/content.ts';
import { holds } from '../storage/repository/judging/ground.ts';
import { isNarrowed, showRows } from '../storage/repository/shown/show.ts';
import type { ShownText } from '../storage/repository/shown/shown-text.ts';
import { indexed } from '../storage/repository/judging/stored.ts';
import type { ExportPlan } from './export-plan.ts';
import type { ExportScope } from './export-scope.ts';
import { type ExportRow, exportStatement, longTextStatement } from './export-statement.ts';

/** Lines for a file, and where to go on. */
export interface ExportPage {
  /** NDJSON with a final line feed; empty where nothing of the page belongs to the export. */
  readonly text: string;
  readonly lines: number;
  readonly patients: ReadonlySet<string>;
  /** Where to go on: the number of the last resource that was looked at, and within the block of a patient more. */
  readonly last: string;
  readonly more: boolean;
  /** True where the last block goes on in the next page, so that a file must not end here. */
  readonly open?: boolean;
}

/** Takes a line without its line feed. @param patients ids of the patients concerned, with commas between */
export type TakeLine = (line: ShownText, patients: string) => void;

/** Resources that are read at a time. */
const ROWS = 2_000;

/** UTF-16 units after which a page ends. */
const LENGTH = 8_000_000;

const NOBODY: ReadonlySet<string> = new Set();

/** A page without lines: there is nothing, and nothing follows. */
export function emptyPage(after: string): ExportPage {
  return { text: '', lines: 0, patients: NOBODY, last: after, more: false };
}

/** Reads the next resources of a type. @param most resources at most */
export async function readExportPage(
  store: ClinicalStore,
  scope: ExportScope,
  plan: ExportPlan,
  transactionTime: string,
  after: string,
  most: number,
): Promise<ExportPage> {
  const lines: string[] = [];
  const concerned = new Set<string>();
  const take: TakeLine = (line, patients) => {
    lines.push(line);
    // Mostly one id, and mostly that of the row before.
    if (patients !== '') concerned.add(patients);
  };
  const end = await readExportLines(store, scope, plan, transactionTime, after, most, take);
  return {
    text: lines.length === 0 ? '' : `${lines.join('\n')}\n`,
    lines: lines.length,
    patients: new Set([...concerned].flatMap((ids) => ids.split(','))),
    ...end,
  };
}

/**
 * Reads the next resources of a type, line by line.
 * @param most resources at most
 * @returns the last resource that was looked at, and whether there are more
 */
export async function readExportLines(
  store: ClinicalStore,
  scope: ExportScope,
  plan: ExportPlan,
  transactionTime: string,
  after: string,
  most: number,
  take: TakeLine,
): Promise<Pick<ExportPage, 'last' | 'more'>> {
  if (scope.rules.length === 0) return { last: after, more: false };
  const limit = Math.min(ROWS, most);
  const rows = await store.database.query<ExportRow>(
    exportStatement(store, scope, plan, transactionTime, after, limit),
  );
  const change = lineChange(store, scope.type, plan);
  const narrowed = isNarrowed(store, scope);
  const found: { readonly id: string; readonly patients: string; readonly content: string }[] = [];
  let length = 0;
  let last = after;
  const owned = scope.ofNobody === true ? await patientsThatExist(store, rows) : undefined;
  for (const { rid, patients, content, superseded } of rows) {
    if (length > LENGTH) break;
    last = rid;
    if (owned !== undefined && patients.split(',').some((id) => owned.has(id))) continue;
    const text = content ?? (await longText(store, rid, transactionTime));
    length += text.length;
    if (superseded !== null && !(await belongs(store, scope, text, superseded))) continue;
    found.push({ id: narrowed ? idOf(text) : '', patients, content: text });
  }
  const shown = await showRows(store, store.database, scope, 'search', found, () => scope.type);
  for (const { content, patients } of shown) {
    const line = change === undefined ? content : change(content);
    if (line !== undefined) take(line, patients);
  }
  return { last, more: rows.length === limit || last !== (rows.at(-1)?.rid ?? last) };
}

function idOf(content: string): string {
  return (JSON.parse(content) as { readonly id: string }).id;
}

/** Ids of the patients of some rows that are stored, and so have a block of their own. */
async function patientsThatExist(
  store: ClinicalStore,
  rows: readonly ExportRow[],
): Promise<ReadonlySet<string>> {
  const named = new Set(rows.flatMap(({ patients }) => patients.split(',')));
  const found = await store.database.query<{ id: string }>({
    name: 'bulk-patients-that-exist',
    text: 'select id from resource where type = $1 and id = any($2)',
    values: [store.types.code('Patient'), [...named]],
  });
  return new Set(found.map(({ id }) => id));
}

async function longText(
  store: ClinicalStore,
  rid: string,
  transactionTime: string,
): Promise<string> {
  const [row] = await store.database.query<{ content: string }>(
    longTextStatement(rid, transactionTime),
  );
  if (row === undefined) throw new TypeError('A version that was there is gone');
  return row.content;
}

/** Whether a version that is not the current one belongs to the export. */
async function belongs(
  store: ClinicalStore,
  scope: ExportScope,
  content: string,
  updated: number,
): Promise<boolean> {
  const parsed = JSON.parse(content) as JsonResource & { readonly id: string };
  const resource = indexed(store, parsed, parsed.id, updated);
  if (scope.inCompartment && resource.patients.length === 0) return false;
  return holds(store, store.database, scope.where, resource);
}

/** What happens to each line; undefined where the stored text goes out as it is. A line may be left out. */
function lineChange(
  { definitions }: ClinicalStore,
  type: string,
  plan: ExportPlan,
): ((line: ShownText) => ShownText | undefined) | undefined {
  if (type === 'Provenance' && plan.provenance === true) {
    const targets = new Set(plan.types);
    return (line) => (concerns(line, targets) ? line : undefined);
  }
  const elements = [...(plan.elements?.['*'] ?? []), ...(plan.elements?.[type] ?? [])];
  if (elements.length === 0) return undefined;
  return (line) => subset(definitions, line, { elements });
}

/** True if a Provenance is about a resource of one of the types. */
function concerns(line: string, types: ReadonlySet<string>): boolean {
  const { target = [] } = JSON.parse(line) as {
    readonly target?: readonly { readonly reference?: string }[];
  };
  return target.some(({ reference = '' }) => types.has(reference.split('/').at(-2) ?? ''));
}
