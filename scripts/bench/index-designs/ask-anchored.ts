import { LIMIT, type Question, type Statement } from './design.ts';
import { Parameters } from './parameters.ts';

/** Only what the indexes hold, so that the keys of a page are found without visiting rows. */
const KEY = 'r.rid, r.date_low';
const ORDER = 'r.date_low desc, r.rid desc';
/** Rows whose chief date lasts longer have an index of their own: 25 hours in milliseconds, the longest day. */
export const LONG = 90_000_000;
/** Rows that a search without an anchor looks at in order before it asks the inverted index. */
const WALK = 2000;

/** Where the content is: in the row, or in `resource_version`. */
export interface AnchoredOptions {
  readonly table: 'resource' | 'resource_f';
  readonly content: 'row' | 'version';
}

/**
 * Prints a question so that the SQL itself says which index leads: the patient, else the code, else a bounded walk in
 * the order of the page and, only if that does not fill it, the inverted index. No choice is left to statistics.
 */
export function askAnchored(options: AnchoredOptions): (question: Question) => Statement {
  return (question) => {
    const p = new Parameters();
    const keys = chosenKeys(options.table, question, p);
    if (question.countOnly === true) return { text: keys, values: p.values };
    // A subselect is always one probe of the key; as a join it may read every version of a row.
    const content =
      options.content === 'row'
        ? 'k.content'
        : '(select v.content from resource_version v where v.rid = k.rid and v.version = k.version)';
    const order =
      question.lastUpdated === undefined
        ? 'k.date_low desc, k.rid desc'
        : 'k.last_updated desc, k.rid desc';
    return {
      text: `select k.rid, k.id, k.version, k.last_updated, k.date_low, ${content} as content
from (${keys}) r join ${options.table} k on k.rid = r.rid order by ${order}`,
      values: p.values,
    };
  };
}

/** The statement that finds at most a page of keys, or the count. */
function chosenKeys(table: string, question: Question, p: Parameters): string {
  const { chiefCode } = question;
  const patients = question.patients ?? [];
  const [only] = patients;
  if (question.id !== undefined)
    return `select ${KEY} from ${table} r where r.type = 77 and r.id = ${p.add(question.id, 'text')}`;
  const where: string[] = [];
  if (chiefCode !== undefined) where.push(`r.chief_code = ${p.add(chiefCode, 'bigint')}`);
  else if (question.rare !== true) where.push('r.type = 77');
  if (patients.length === 1 && only !== undefined)
    where.push(`r.patient = ${p.add(only.column, 'bigint')}`);
  const others = question.tokens.filter((token) => token !== chiefCode);
  const tokens = others.length > 0 ? `r.tokens @> ${p.add(others, 'bigint[]')}` : undefined;
  if (question.after !== undefined) {
    const { date, rid } = question.after.byDate;
    where.push(`(r.date_low, r.rid) < (${p.add(date, 'float8')}, ${p.add(rid, 'bigint')})`);
  }
  const all = tokens === undefined ? where : [...where, tokens];
  if (question.countOnly === true)
    return `select count(*) from ${table} r where ${all.join(' and ')}`;
  if (question.lastUpdated !== undefined) {
    const [from, to] = question.lastUpdated.map((ms) => new Date(ms).toISOString());
    const span = `x.last_updated >= ${p.add(from, 'timestamptz')} and x.last_updated < ${p.add(to, 'timestamptz')}`;
    return table === 'resource'
      ? `select ${KEY} from resource r where ${[...all, span.replaceAll('x.', 'r.')].join(' and ')} order by r.last_updated desc, r.rid desc limit ${LIMIT}`
      : `select ${KEY} from resource_version x join ${table} r on r.rid = x.rid and r.version = x.version
where x.type = 77 and ${span} and ${all.join(' and ')} order by x.last_updated desc, x.rid desc limit ${LIMIT}`;
  }
  if (patients.length === 0 && chiefCode === undefined && tokens !== undefined)
    return question.rare === true ? askInverted(table, all) : walkThenAsk(table, where, tokens);
  const branches = dateBranches(p, question.dates, patients.length > 0);
  if (patients.length > 1) {
    const keys = p.add(
      patients.map((k) => k.column),
      'bigint[]',
    );
    const inner = branches.map((branch) => [...all, 'r.patient = k.patient', ...branch]);
    return `select r.* from unnest(${keys}) as k(patient) cross join lateral (${union(table, inner)}) r order by ${ORDER} limit ${LIMIT}`;
  }
  return union(
    table,
    branches.map((branch) => [...all, ...branch]),
  );
}

function union(table: string, branches: readonly (readonly string[])[]): string {
  const [first, ...more] = branches.map(
    (where) =>
      `select ${KEY} from ${table} r where ${where.join(' and ')} order by ${ORDER} limit ${LIMIT}`,
  );
  if (first === undefined || more.length === 0) return first ?? '';
  return `select r.* from (${[first, ...more].map((b) => `(${b})`).join(' union all ')}) r order by ${ORDER} limit ${LIMIT}`;
}

/** Without a patient the walk needs a lower end: short rows have one, long rows are asked for apart. */
function dateBranches(
  p: Parameters,
  dates: Question['dates'],
  ofPatient: boolean,
): readonly (readonly string[])[] {
  if (dates === undefined) return [[]];
  const low = p.add(dates[0], 'float8');
  const both = [`r.date_low < ${p.add(dates[1], 'float8')}`, `r.date_high > ${low}`];
  if (ofPatient) return [both];
  return [
    [...both, `r.date_low > ${low} - ${LONG}`],
    [...both, 'r.type = 77', `r.date_low <= ${low} - ${LONG}`, 'r.date_long'],
  ];
}

function askInverted(table: string, where: readonly string[]): string {
  return `select ${KEY} from (with m as materialized (select ${KEY} from ${table} r where ${where.join(' and ')})
select * from m r order by ${ORDER} limit ${LIMIT}) r`;
}

function walkThenAsk(table: string, where: readonly string[], tokens: string): string {
  const inverted = [...where.filter((condition) => condition !== 'r.type = 77'), tokens];
  return `with near as materialized (
  select ${KEY} from (select * from ${table} r where ${where.join(' and ')} order by ${ORDER} limit ${WALK}) r
  where ${tokens} order by ${ORDER} limit ${LIMIT}),
far as materialized (
  select ${KEY} from ${table} r where (select count(*) from near) < ${LIMIT} and ${inverted.join(' and ')})
select * from near where (select count(*) from near) = ${LIMIT}
union all (select * from far r order by ${ORDER} limit ${LIMIT})`;
}
