import type { AuditRow } from '../audit/audit-row.ts';
import { AUDIT_INSERT, AUDIT_INSERT_ONE, auditColumns } from '../audit/insert.ts';
import type { SqlStatement } from './database.ts';
import type { IndexRows } from './index-rows.ts';
import { sqlParameters, type SqlParameters } from './search-sql/parameters.ts';
import type { ShapeNames } from './shape-name.ts';
import { sideRowParts } from './side-row-parts.ts';

/** A version that is ready to be stored. */
export interface PreparedVersion {
  readonly rid: string;
  /** Hash under which others refer to the resource. */
  readonly self: bigint;
  readonly type: number;
  readonly id: string;
  readonly version: number;
  /** FHIR instant, as it stands in meta.lastUpdated. */
  readonly lastUpdated: string;
  readonly deleted: boolean;
  readonly patients: string;
  readonly content: string;
  readonly index: IndexRows;
  /** {@link sideDigest} of the index. */
  readonly side: string;
  /** True if the version before has the same digest: then its rows in the side tables stay. */
  readonly keepsSide?: boolean;
  /** Hashes of the patients in whose compartment the version before was and this one is not. */
  readonly left?: readonly bigint[];
}

/** What one statement writes. All of it is stored, or nothing. */
export interface WriteSet {
  readonly creates: readonly PreparedVersion[];
  /** New versions of existing resources, deletions among them; `version - 1` must be the current one. */
  readonly updates: readonly PreparedVersion[];
  readonly audit: readonly AuditRow[];
  /** What has to be there for the set to be stored; where it is not, the statement ends with {@link VERSION_CONFLICT}. */
  readonly expectation?: Expectation;
  /** Channel on which other nodes are told, once it is committed. */
  readonly notify?: string;
}

/** Rows that have to be found. */
export interface Expectation {
  /** Prints the query that finds them. */
  readonly sql: (parameters: SqlParameters) => string;
  readonly rows: number;
  /** Names the statement, whose shape depends on the query. */
  readonly shapes: ShapeNames;
}

/**
 * Prints the one statement that writes a set: rows of resources, versions, index and audit, set-based through arrays, so
 * that one resource and ten thousand take the same few statement texts and each stays prepared. Fewer updates than asked
 * for mean that somebody was faster: it then ends with {@link VERSION_CONFLICT}.
 */
export function writeStatement(set: WriteSet): SqlStatement {
  const values: unknown[] = [];
  const parts: string[] = [];
  let name = 'write';
  const array = (type: string, items: readonly unknown[]): string => {
    values.push(items);
    return `$${String(values.length)}::${type}[]`;
  };

  const scalar = (type: string, item: unknown): string => {
    values.push(item);
    return `$${String(values.length)}::${type}`;
  };

  const { creates } = set;
  // Locks are taken in one order by everybody, so that writers wait for each other and never in a circle.
  const updates = set.updates.toSorted((a, b) => (BigInt(a.rid) < BigInt(b.rid) ? -1 : 1));
  if (creates.length > 0) {
    name += creates.length === 1 ? ' c1' : ' c';
    parts.push(
      `created as (select * from ${versions(creates, { array, scalar })})`,
      `row as (
        insert into resource (rid, self, last_updated, patient, code, date_low, date_high, side, version, type, deleted, id,
          params, tokens, labels, parts, narrative, content)
        select rid, self, last_updated, patient, code, date_low, date_high, side, version, type, deleted, id,
          params::integer[], tokens::bigint[], labels, parts::jsonb, ${WORDS('created')} from created)`,
      `first as (insert into resource_version ${VERSION_COLUMNS} select ${VERSION_VALUES} from created i)`,
    );
  }
  if (updates.length > 0) {
    const alone = updates.length === 1;
    name += alone ? ' u1' : ' u';
    parts.push(`input as (select * from ${versions(updates, { array, scalar })})`);
    if (!alone) {
      parts.push(`locked as materialized (
        select r.type, r.rid from resource r join input i on r.type = i.type and r.rid = i.rid
        order by r.rid for update of r)`);
    }
    parts.push(
      `updated as (
        update resource r set last_updated = i.last_updated, patient = i.patient, code = i.code, date_low = i.date_low,
          date_high = i.date_high, side = i.side, version = i.version, deleted = i.deleted,
          params = i.params::integer[], tokens = i.tokens::bigint[], labels = i.labels, parts = i.parts::jsonb,
          (narrative, content) = (${WORDS('i')})
        from input i ${alone ? '' : 'join locked l on l.type = i.type and l.rid = i.rid'}
        where r.type = i.type and r.rid = i.rid and r.version = i.version - 1 and (r.side = i.side or not i.keeps_side)
        returning r.rid)`,
      `next as (insert into resource_version ${VERSION_COLUMNS}
        select ${VERSION_VALUES} from input i join updated u on u.rid = i.rid)`,
    );
  }
  const rewritten = updates.filter((update) => update.keepsSide !== true);
  if (rewritten.length > 0) {
    name += ' w';
    const stale =
      'using updated u join input i on i.rid = u.rid and not i.keeps_side where x.rid = u.rid';
    parts.push(
      `no_range as (delete from resource_range x ${stale})`,
      `no_string as (delete from resource_string x ${stale})`,
    );
  }
  const left = updates.flatMap(({ rid, type, left: patients = [] }) =>
    patients.map((patient) => ({ rid, type, patient })),
  );
  if (left.length > 0) {
    name += ' l';
    const columns = [
      array(
        'bigint',
        left.map(({ patient }) => patient),
      ),
      array(
        'bigint',
        left.map(({ rid }) => rid),
      ),
      array(
        'smallint',
        left.map(({ type }) => type),
      ),
    ];
    parts.push(`gone as (insert into former_compartment (patient, rid, type)
      select * from unnest(${columns.join(', ')}) on conflict do nothing)`);
  }
  const written = [...creates, ...rewritten];
  const side = sideRowParts(written, array);
  name += side.name;
  parts.push(...side.parts);
  if (set.audit.length > 0) {
    const alone = set.audit.length === 1;
    name += alone ? ' a1' : ' a';
    const columns = auditColumns(set.audit);
    const insert = alone
      ? AUDIT_INSERT_ONE(columns.map(({ type, items }) => scalar(type, items[0])))
      : AUDIT_INSERT(columns.map(({ type, items }) => array(type, items)));
    parts.push(`audit as (${insert})`);
  }
  const results: string[] = [];
  if (updates.length > 0) {
    values.push(updates.length);
    results.push(`expect_rows((select count(*) from updated), $${String(values.length)}::bigint)`);
  }
  if (set.notify !== undefined) {
    name += ' n';
    values.push(set.notify);
    results.push(`pg_notify($${String(values.length)}, '')`);
  }
  if (set.expectation === undefined) {
    return { name, text: `with ${parts.join(',\n')} select ${results.join(', ') || '1'}`, values };
  }
  const { sql, rows, shapes } = set.expectation;
  const parameters = sqlParameters(values);
  const expected = sql(parameters);
  results.push(
    `expect_rows((select count(*) from (${expected}) e), ${parameters.add(rows, 'bigint')})`,
  );
  const text = `with ${parts.join(',\n')} select ${results.join(', ')}`;
  const shape = shapes(text);
  return { text, values, ...(shape === undefined ? {} : { name: shape }) };
}

/** The words of a row of input, as they are indexed. */
export const WORDS = (row: string): string =>
  `to_tsvector('german', ${row}.narrative), to_tsvector('german', ${row}.words)`;

const VERSION_COLUMNS = '(rid, last_updated, version, type, deleted, patients, content)';
const VERSION_VALUES = 'i.rid, i.last_updated, i.version, i.type, i.deleted, i.patients, i.content';

/** SQLSTATE of `expect_rows`: a row to be updated was not there in the expected version, or an expected one not at all. */
export const VERSION_CONFLICT = 'DG412';

/** How values become parameters of the statement. */
interface AddValues {
  readonly array: (type: string, items: readonly unknown[]) => string;
  readonly scalar: (type: string, item: unknown) => string;
}

/** Columns of the input, their SQL types and where their values come from. */
const INPUT: readonly (readonly [
  column: string,
  type: string,
  value: (row: PreparedVersion) => unknown,
])[] = [
  ['rid', 'bigint', (row) => row.rid],
  ['type', 'smallint', (row) => row.type],
  ['id', 'text', (row) => row.id],
  ['version', 'integer', (row) => row.version],
  ['last_updated', 'timestamptz', (row) => row.lastUpdated],
  ['deleted', 'boolean', (row) => row.deleted],
  ['patients', 'text', (row) => row.patients],
  ['patient', 'bigint', ({ index }) => index.patient],
  ['code', 'bigint', ({ index }) => index.code],
  ['date_low', 'float8', ({ index }) => index.dateLow],
  ['date_high', 'float8', ({ index }) => index.dateHigh],
  ['params', 'text', ({ index }) => index.params],
  ['tokens', 'text', ({ index }) => index.tokens],
  ['self', 'bigint', (row) => row.self],
  ['side', 'bigint', (row) => row.side],
  ['labels', 'text', ({ index }) => index.labels],
  ['parts', 'text', ({ index }) => index.parts],
  ['narrative', 'text', ({ index }) => index.text?.narrative ?? null],
  ['words', 'text', ({ index }) => index.text?.content ?? null],
  ['keeps_side', 'boolean', (row) => row.keepsSide === true],
];

/**
 * The rows as a table of the input. One row is scalars: taking arrays of one element apart is a tenth of what a create
 * costs PostgreSQL. Of several rows the contents go as lines of one text: as an array, all their quotation marks would be
 * escaped here and unescaped there. JSON as it is stored has no line ends.
 */
function versions(rows: readonly PreparedVersion[], { array, scalar }: AddValues): string {
  const columns = INPUT.map(([column]) => column).join(', ');
  const [first] = rows;
  if (rows.length === 1 && first !== undefined) {
    const items = INPUT.map(([, type, value]) => scalar(type, value(first)));
    return `(values (${items.join(', ')}, ${scalar('text', first.content)})) as t(${columns}, content)`;
  }
  const arrays = INPUT.map(([, type, value]) => array(type, rows.map(value)));
  const contents = scalar('text', rows.map(({ content }) => content).join('\n'));
  return `unnest(${arrays.join(', ')}, string_to_array(${contents}, E'\\n')) as t(${columns}, content)`;
}
