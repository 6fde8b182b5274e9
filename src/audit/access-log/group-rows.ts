import type { AuditRow } from '../audit-row.ts';
import { type Deed, deedOf } from './deed.ts';

/** A row with its number. */
export interface NumberedRow {
  readonly seq: string;
  readonly row: AuditRow;
}

/** What one request did in one way, as one line of the log. */
export interface LogEntry {
  /** Instant of the latest row. */
  readonly when: string;
  readonly deed: Deed;
  readonly outcome: 'done' | 'refused' | 'failed';
  readonly agent?: string;
  readonly roles: readonly string[];
  readonly types: readonly string[];
  /** Names of operations, where the deed is one that has no words of its own. */
  readonly operations: readonly string[];
  readonly purpose?: string;
  /** Resources that were named one by one. */
  readonly resources: number;
  /** Number of a row that stands for the entry. */
  readonly seq: string;
}

/** Entries, and the number of the last row that they hold; absent where all rows are in them. */
export interface GroupedRows {
  readonly entries: readonly LogEntry[];
  readonly last?: string;
}

/**
 * Groups rows, newest first: what one request did in the same way, with the same end, is one entry.
 * @param most entries at most; the rows after them are left for the next page
 */
export function groupRows(rows: readonly NumberedRow[], most: number): GroupedRows {
  const groups = new Map<string, NumberedRow[]>();
  let last: string | undefined;
  for (const numbered of rows) {
    const key = keyOf(numbered);
    const group = groups.get(key);
    if (group === undefined && groups.size === most) {
      return {
        entries: [...groups.values()].map(entryOf),
        ...(last === undefined ? {} : { last }),
      };
    }
    if (group === undefined) groups.set(key, [numbered]);
    else group.push(numbered);
    last = numbered.seq;
  }
  return { entries: [...groups.values()].map(entryOf) };
}

function keyOf({ seq, row }: NumberedRow): string {
  const { requestId, agent = '' } = row;
  // Without a request there is nothing that rows have in common.
  return [requestId === '' ? seq : requestId, agent, deedOf(row), outcomeOf(row)].join('\n');
}

function outcomeOf({ outcome }: AuditRow): LogEntry['outcome'] {
  if (outcome === 0) return 'done';
  return outcome === 8 ? 'refused' : 'failed';
}

function entryOf(group: readonly NumberedRow[]): LogEntry {
  const [{ row, seq }] = group as readonly [NumberedRow, ...NumberedRow[]];
  const of = (pick: (one: AuditRow) => string | undefined): string[] => [
    ...new Set(group.map(({ row: one }) => pick(one)).filter((text) => text !== undefined)),
  ];
  return {
    when: row.recorded,
    deed: deedOf(row),
    outcome: outcomeOf(row),
    ...(row.agent === undefined ? {} : { agent: row.agent }),
    roles: (row.roles ?? '').split(' ').filter((role) => role !== ''),
    types: of(({ type }) => type).sort(),
    operations: of(({ interaction }) => /^operation:(.+)$/.exec(interaction)?.[1]).sort(),
    ...(row.purpose === undefined ? {} : { purpose: row.purpose }),
    resources: of(({ type, resourceId }) =>
      type === undefined || resourceId === undefined ? undefined : `${type}/${resourceId}`,
    ).length,
    seq,
  };
}
