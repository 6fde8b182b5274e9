import type { Principal } from '../access/principal.ts';
import type { BulkService } from './bulk-service.ts';
import { emptyPage, type ExportPage, readExportLines } from './export-page.ts';
import { type ExportPlan, writtenTypes } from './export-plan.ts';
import { exportScope } from './export-scope.ts';

/** Patients whose resources are read together at most. */
const PATIENTS = 100;

/** UTF-16 units that are held in memory; where several patients have more, fewer are read together. */
const LENGTH = 8_000_000;

/** Resources that are read at a time. */
const ROWS = 2_000;

/** A patient that is stored, or was: the header needs the id only. */
interface StoredPatient {
  readonly rid: string;
  readonly id: string;
}

/**
 * Where to go on: behind the patient `rid`, or, where `within` is given, in the middle of the patient's resources of the
 * type with that index, behind the resource `after`.
 */
interface BlockPosition {
  readonly rid: string;
  readonly within?: { readonly type: number; readonly after: string };
}

/** What the patients read together have, and how far that is. */
interface Collected {
  readonly blocks: ReadonlyMap<string, readonly string[]>;
  readonly lines: number;
  readonly concerned: ReadonlySet<string>;
  /** Absent where everything has been read. */
  readonly stopped?: { readonly type: number; readonly after: string };
}

/**
 * Makes the reader of the blocks of an export that is organized by patients: a header, the Patient, then what is in the
 * compartment, type by type. A resource about several patients stands in the block of each. Who has nothing to show has no
 * block, whether the patient is hidden or has nothing.
 * @see https://hl7.org/fhir/uv/bulkdata/export.html#bulk-data-output-file-organization
 */
export function createBlockReader(
  { store, baseUrls }: Pick<BulkService, 'store' | 'baseUrls'>,
  principal: Principal,
  plan: ExportPlan,
  transactionTime: string,
): (after: string) => Promise<ExportPage> {
  const types = writtenTypes(plan);
  let together = PATIENTS;
  return async (after) => {
    const position = parsePosition(after);
    const patients = await nextPatients(position);
    for (;;) {
      const some = patients.slice(0, together);
      const last = some.at(-1);
      if (last === undefined) return emptyPage(after);
      const found = await collect(some, position.within);
      if (found.stopped !== undefined && some.length > 1) {
        together = Math.ceil(some.length / 4);
        continue;
      }
      if (found.stopped === undefined) together = Math.min(together * 2, PATIENTS);
      // In the middle of a block, whose patients follow is not known yet.
      const begun = position.within !== undefined;
      const { text, headers } = printed(found.blocks, begun);
      const { stopped } = found;
      const open = stopped !== undefined;
      return {
        text,
        lines: found.lines + headers,
        patients: new Set([...found.concerned].flatMap((ids) => ids.split(','))),
        last: stopped === undefined ? last.rid : printPosition({ rid: last.rid, within: stopped }),
        more: open || begun || some.length < patients.length || patients.length === PATIENTS,
        open,
      };
    }
  };

  function nextPatients({ rid, within }: BlockPosition): Promise<readonly StoredPatient[]> {
    const code = store.types.code('Patient');
    if (within !== undefined) {
      return store.database.query<StoredPatient>({
        name: 'bulk-patient',
        text: 'select rid, id from resource where type = $1 and rid = $2',
        values: [code, rid],
      });
    }
    return store.database.query<StoredPatient>({
      text: `select rid, id from resource where type = $1 and rid > $2
        ${plan.patients === undefined ? '' : 'and id = any($4)'} order by rid limit $3`,
      values: [code, rid, PATIENTS, ...(plan.patients === undefined ? [] : [plan.patients])],
    });
  }

  async function collect(
    patients: readonly StoredPatient[],
    from: BlockPosition['within'],
  ): Promise<Collected> {
    const blocks = new Map<string, string[]>(patients.map(({ id }) => [id, []]));
    const concerned = new Set<string>();
    const ofThese = { ...plan, patients: [...blocks.keys()] };
    let length = 0;
    let lines = 0;
    const take = (line: string, ids: string): void => {
      concerned.add(ids);
      for (const id of ids.split(',')) {
        const block = blocks.get(id);
        if (block === undefined) continue;
        block.push(line);
        lines += 1;
        length += line.length;
      }
    };
    for (let index = from?.type ?? 0; index < types.length; index += 1) {
      const type = types[index] ?? '';
      const scope = exportScope(store, principal, ofThese, type, baseUrls);
      let after = index === from?.type ? from.after : '0';
      for (let more = true; more; ) {
        if (length > LENGTH) return { blocks, lines, concerned, stopped: { type: index, after } };
        const end = await readExportLines(store, scope, plan, transactionTime, after, ROWS, take);
        after = end.last;
        more = end.more;
      }
    }
    return { blocks, lines, concerned };
  }
}

/** The blocks as lines. @param continued true where the header stands on a page before */
function printed(
  blocks: ReadonlyMap<string, readonly string[]>,
  continued: boolean,
): { readonly text: string; readonly headers: number } {
  const lines: string[] = [];
  let headers = 0;
  for (const [id, block] of blocks) {
    if (block.length === 0) continue;
    if (!continued) {
      lines.push(header(id));
      headers += 1;
    }
    for (const line of block) lines.push(line);
  }
  return { text: lines.length === 0 ? '' : `${lines.join('\n')}\n`, headers };
}

function header(id: string): string {
  const parameter = [{ name: 'header', valueReference: { reference: `Patient/${id}` } }];
  return JSON.stringify({ resourceType: 'Parameters', parameter });
}

function parsePosition(text: string): BlockPosition {
  const [rid = '0', type, after] = text.split(':');
  if (type === undefined || after === undefined) return { rid };
  return { rid, within: { type: Number(type), after } };
}

function printPosition({ rid, within }: Required<BlockPosition>): string {
  return `${rid}:${String(within.type)}:${within.after}`;
}
