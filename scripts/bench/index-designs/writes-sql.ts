const INPUT = `input as (
  select type, id, last_updated, patient, chief_code, date_low, date_high, tokens::bigint[] as tokens, content
  from unnest($1::smallint[], $2::text[], $3::timestamptz[], $4::bigint[], $5::bigint[], $6::float8[], $7::float8[], $8::text[], $9::text[])
    as x(type, id, last_updated, patient, chief_code, date_low, date_high, tokens, content))`;

const AUDIT = `a as (insert into audit (at, principal, operation, type, id, version, rule)
  select now(), 'Practitioner/d1', 'create', type, id, 1, 'clinician#3' from r)`;

const RANGE = `d as (insert into resource_range (rid, param, low, high)
  select r.rid, 1, i.date_low, i.date_high from r join input i using (id))`;

const TOKEN = `t as (insert into resource_token (hash, rid)
  select hash, r.rid from r join input i using (id), unnest(i.tokens) as hash)`;

/** The create statement of a design: which columns the resource row has, and which side tables are filled. */
export function insertStatement(options: {
  readonly table: string;
  readonly columns: readonly string[];
  readonly range?: boolean;
  readonly token?: boolean;
}): string {
  const columns = ['type', 'id', 'last_updated', ...options.columns, 'content'].join(', ');
  const parts = [
    INPUT,
    `r as (insert into ${options.table} (${columns}) select ${columns} from input returning rid, type, id)`,
    AUDIT,
    ...(options.range === true ? [RANGE] : []),
    ...(options.token === true ? [TOKEN] : []),
  ];
  return `with ${parts.join(',\n')}\nselect count(*) from r`;
}

const UPDATE_AUDIT = `a as (insert into audit (at, principal, operation, type, id, version, rule)
  select now(), 'Practitioner/d1', 'update', type, id, version, 'clinician#3' from r)`;

const HISTORY = `old as (insert into resource_version (rid, version, type, last_updated, content)
  select rid, version, type, last_updated, content from resource where rid = $1), `;

/** A new version whose index values are those of the old one. */
export function updateSame(table: string, history = false): string {
  return `with ${history ? HISTORY : ''}r as (update ${table} set version = version + 1, last_updated = now(), content = $2
  where rid = $1 returning type, id, version), ${UPDATE_AUDIT} select count(*) from r`;
}

/** A new version in which two hashes (a status) are replaced, hashes in the row. */
export function updateArray(table: string, history = false): string {
  return `with ${history ? HISTORY : ''}r as (update ${table} set version = version + 1, last_updated = now(), content = $2,
    tokens = (select array_agg(x) from unnest(tokens) x where x <> all($3::bigint[])) || $4::bigint[]
  where rid = $1 returning type, id, version), ${UPDATE_AUDIT} select count(*) from r`;
}

/** A new version in which two hashes (a status) are replaced, hashes in the side table. */
export function updateSideTable(table: string): string {
  return `with r as (update ${table} set version = version + 1, last_updated = now(), content = $2
  where rid = $1 returning type, id, version),
  gone as (delete from resource_token where rid = $1 and hash = any($3::bigint[])),
  added as (insert into resource_token (hash, rid) select x, $1 from unnest($4::bigint[]) x on conflict do nothing),
  ${UPDATE_AUDIT} select count(*) from r`;
}

/** The create statement where the content is a row of `resource_version`. */
export function insertVersioned(tokens: string, refs: string): string {
  const columns = 'type, id, last_updated, patient, chief_code, date_low, date_high';
  return `with ${INPUT},
r as (insert into resource_f (${columns}, tokens, refs) select ${columns}, ${tokens}, ${refs} from input returning rid, type, id),
v as (insert into resource_version (rid, version, type, last_updated, content)
  select r.rid, 1, i.type, i.last_updated, i.content from r join input i using (id)),
${AUDIT}
select count(*) from r`;
}

/** A new version as a row of `resource_version`; the index row only changes its number, or also two hashes. */
export function updateVersioned(changed: boolean): string {
  const tokens = changed
    ? `,
    tokens = (select array_agg(x) from unnest(tokens) x where x <> all($3::bigint[])) || $4::bigint[]`
    : '';
  return `with r as (update resource_f set version = version + 1, last_updated = now()${tokens}
  where rid = $1 returning rid, type, id, version, last_updated),
v as (insert into resource_version (rid, version, type, last_updated, content)
  select rid, version, type, last_updated, $2 from r),
${UPDATE_AUDIT} select count(*) from r`;
}
