import { LIMIT, type Question, type Statement } from './design.ts';
import { Parameters } from './parameters.ts';

const ROW = 'r.rid, r.id, r.version, r.last_updated, r.content';

/** Prints a question for design B, one row per hash. */
export function askSideTable(question: Question): Statement {
  const p = new Parameters();
  if (question.id !== undefined)
    return {
      text: `select ${ROW} from resource_b r where r.type = 77 and r.id = ${p.add(question.id, 'text')}`,
      values: p.values,
    };
  const patients = question.patients ?? [];
  const [only] = patients;
  const tokens = [
    ...(patients.length === 1 && only !== undefined ? [only.compartment] : []),
    ...question.tokens,
  ];
  const joins: string[] = [];
  const where: string[] = [];
  tokens.forEach((token, index) => {
    if (index === 0) joins.push('resource_token t0');
    else joins.push(`join resource_token t${index} on t${index}.rid = t0.rid`);
    where.push(`t${index}.hash = ${p.add(token, 'bigint')}`);
  });
  if (question.countOnly !== true || tokens.length === 0)
    joins.push(tokens.length === 0 ? 'resource_b r' : 'join resource_b r on r.rid = t0.rid');
  const rid = tokens.length === 0 ? 'r.rid' : 't0.rid';
  if (tokens.length === 0) where.push('r.type = 77');
  if (patients.length > 1) {
    const keys = p.add(
      patients.map((k) => k.compartment),
      'bigint[]',
    );
    where.push(
      `exists (select 1 from resource_token o where o.rid = ${rid} and o.hash = any(${keys}))`,
    );
  }
  const byDate = question.order === 'date';
  if (question.dates !== undefined || byDate)
    joins.push(`join resource_range d on d.rid = ${rid} and d.param = 1`);
  if (question.dates !== undefined) {
    where.push(`d.low < ${p.add(question.dates[1], 'float8')}`);
    where.push(`d.high > ${p.add(question.dates[0], 'float8')}`);
  }
  if (question.lastUpdated !== undefined) {
    const [from, to] = question.lastUpdated.map((ms) => new Date(ms).toISOString());
    where.push(`r.last_updated >= ${p.add(from, 'timestamptz')}`);
    where.push(`r.last_updated < ${p.add(to, 'timestamptz')}`);
  }
  if (question.after !== undefined) {
    const after = byDate ? question.after.byDate : question.after.byRid;
    const last = p.add(after.rid, 'bigint');
    if (byDate) where.push(`(d.low, ${rid}) < (${p.add(after.date, 'float8')}, ${last})`);
    else where.push(`${rid} < ${last}`);
  }
  const clause = `${joins.join(' ')} where ${where.join(' and ')}`;
  if (question.countOnly === true)
    return { text: `select count(*) from ${clause}`, values: p.values };
  const order = byDate ? `d.low desc, ${rid} desc` : `${rid} desc`;
  return {
    text: `select ${ROW} from ${clause} order by ${order} limit ${LIMIT}`,
    values: p.values,
  };
}
