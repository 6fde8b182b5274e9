import { LIMIT, type Question, type Statement } from './design.ts';
import { Parameters } from './parameters.ts';

const ROW = 'r.rid, r.id, r.version, r.last_updated, r.content, r.date_low';

/** How the array designs differ in what they ask. */
export interface ArrayOptions {
  /** Dates in the row, or in `resource_range`. */
  readonly dates: 'row' | 'side';
  /** Use the column `patient` in place of the compartment's hash. */
  readonly patientColumn?: boolean;
  /** Use the column `chief_code` in place of the code's hash. */
  readonly codeColumn?: boolean;
  /** Default order: by rid, or by the chief date. */
  readonly defaultOrder: 'rid' | 'date';
  /** One probe per patient, merged, where several patients are allowed. */
  readonly lateral?: boolean;
  /** Compute the matches before sorting them (an optimisation fence), so that no ordered walk is chosen. */
  readonly fence?: boolean;
}

/** Prints a question for a table that keeps its hashes in an array. */
export function askArray(options: ArrayOptions): (question: Question) => Statement {
  return (question) => {
    const p = new Parameters();
    if (question.id !== undefined)
      return {
        text: `select ${ROW} from resource r where r.type = 77 and r.id = ${p.add(question.id, 'text')}`,
        values: p.values,
      };
    const where: string[] = ['r.type = 77'];
    let from = 'resource r';
    let tokens = [...question.tokens];
    if (options.codeColumn === true && question.chiefCode !== undefined) {
      const { chiefCode } = question;
      tokens = tokens.filter((token) => token !== chiefCode);
      where.push(`r.chief_code = ${p.add(chiefCode, 'bigint')}`);
    }
    const patients = question.patients ?? [];
    const [only] = patients;
    if (patients.length === 1 && only !== undefined) {
      if (options.patientColumn === true) where.push(`r.patient = ${p.add(only.column, 'bigint')}`);
      else tokens.push(only.compartment);
    }
    if (tokens.length > 0) where.push(`r.tokens @> ${p.add(tokens, 'bigint[]')}`);
    if (patients.length > 1 && options.lateral !== true) {
      if (options.patientColumn === true)
        where.push(
          `r.patient = any(${p.add(
            patients.map((k) => k.column),
            'bigint[]',
          )})`,
        );
      else
        where.push(
          `r.tokens && ${p.add(
            patients.map((k) => k.compartment),
            'bigint[]',
          )}`,
        );
    }
    const date = options.dates === 'row' ? 'r' : 'd';
    const low = options.dates === 'row' ? 'r.date_low' : 'd.low';
    const high = options.dates === 'row' ? 'r.date_high' : 'd.high';
    const byDate = question.order === 'date' || options.defaultOrder === 'date';
    if (options.dates === 'side' && (question.dates !== undefined || byDate))
      from += ` join resource_range ${date} on d.rid = r.rid and d.param = 1`;
    if (question.dates !== undefined) {
      where.push(`${low} < ${p.add(question.dates[1], 'float8')}`);
      where.push(`${high} > ${p.add(question.dates[0], 'float8')}`);
    }
    if (question.lastUpdated !== undefined) {
      const [from_, to] = question.lastUpdated.map((ms) => new Date(ms).toISOString());
      where.push(`r.last_updated >= ${p.add(from_, 'timestamptz')}`);
      where.push(`r.last_updated < ${p.add(to, 'timestamptz')}`);
    }
    if (question.after !== undefined) {
      const after = byDate ? question.after.byDate : question.after.byRid;
      const rid = p.add(after.rid, 'bigint');
      if (byDate) where.push(`(${low}, r.rid) < (${p.add(after.date, 'float8')}, ${rid})`);
      else where.push(`r.rid < ${rid}`);
    }
    if (question.countOnly === true)
      return {
        text: `select count(*) from ${from} where ${where.join(' and ')}`,
        values: p.values,
      };
    const order = byDate ? `${low} desc, r.rid desc` : 'r.rid desc';
    if (patients.length > 1 && options.lateral === true) {
      const keys = p.add(
        patients.map((k) => k.column),
        'bigint[]',
      );
      const text = `select r.* from unnest(${keys}) as k(patient) cross join lateral (
  select ${ROW} from ${from} where r.patient = k.patient and ${where.join(' and ')}
  order by ${order} limit ${LIMIT}) r order by ${order} limit ${LIMIT}`;
      return { text, values: p.values };
    }
    if (options.fence === true) {
      const text = `with m as materialized (select r.rid, ${low} as date_low from ${from} where ${where.join(' and ')})
select ${ROW} from (select * from m order by ${byDate ? 'date_low desc, rid desc' : 'rid desc'} limit ${LIMIT}) p
join resource r on r.rid = p.rid order by ${order}`;
      return { text, values: p.values };
    }
    const text = `select ${ROW} from ${from} where ${where.join(' and ')} order by ${order} limit ${LIMIT}`;
    return { text, values: p.values };
  };
}
