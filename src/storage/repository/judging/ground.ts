import { and, type SearchExpression } from '../../../search/expression.ts';
import type { IndexedResource } from '../../../search/index-values.ts';
import {
  COMPARTMENT_LINK,
  type LinkExpression,
  linkedType,
  linksOf,
} from '../../../search/linked.ts';
import { matches } from '../../../search/match.ts';
import type { ClinicalStore } from '../../clinical-store.ts';
import type { SqlClient } from '../../database.ts';
import { linkedSql } from '../../search-sql/link-parts.ts';
import { sqlParameters } from '../../search-sql/parameters.ts';
import { whereSql } from '../../search-sql/where.ts';

/** What the links of an expression said of one resource. */
type Answers = ReadonlyMap<LinkExpression, boolean>;

const NO_ANSWERS: Answers = new Map();

/** Expressions live as long as the policy they belong to, so that each is looked through once. */
const LINKED = new WeakMap<SearchExpression, boolean>();

/** True if an expression follows references, so that one resource alone cannot answer it. */
export function needsDatabase(where: SearchExpression): boolean {
  const known = LINKED.get(where);
  if (known !== undefined) return known;
  const linked = linksOf(where).length > 0;
  LINKED.set(where, linked);
  return linked;
}

/**
 * Whether one resource satisfies an expression, also where that follows references: the resource is judged as it is given
 * (as it will be, or as a version of it was), the resources it leads to as they are stored and not deleted. The database is
 * asked only where the resource itself leaves it open, and then once.
 * @param client the transaction that the judgement belongs to, so that it sees what was written there
 */
export async function holds(
  store: ClinicalStore,
  client: SqlClient,
  where: SearchExpression,
  resource: IndexedResource,
): Promise<boolean> {
  if (!needsDatabase(where)) return matches(where, resource);
  const own = judge(where, resource, NO_ANSWERS);
  if (own !== undefined) return own;
  const answers = await answersOf(store, client, linksOf(where), resource);
  // Every link is answered now, so that nothing is left open.
  return judge(where, resource, answers) === true;
}

/** The first of some rules that holds for a resource, as {@link holds} judges it. */
export async function firstHolding<Rule extends { readonly where: SearchExpression }>(
  store: ClinicalStore,
  client: SqlClient,
  rules: readonly Rule[],
  resource: IndexedResource,
): Promise<Rule | undefined> {
  for (const rule of rules) {
    // Of hundreds of rules hardly one waits for the database; the others are not to wait for each other.
    const found = needsDatabase(rule.where)
      ? await holds(store, client, rule.where, resource)
      : matches(rule.where, resource);
    if (found) return rule;
  }
  return undefined;
}

/** All rules that hold for a resource, in their order. */
export async function allHolding<Rule extends { readonly where: SearchExpression }>(
  store: ClinicalStore,
  client: SqlClient,
  rules: readonly Rule[],
  resource: IndexedResource,
): Promise<readonly Rule[]> {
  const holding: Rule[] = [];
  for (const rule of rules) {
    if (await holds(store, client, rule.where, resource)) holding.push(rule);
  }
  return holding;
}

/** True or false as far as the resource and the answers tell; undefined where it depends on an open link. */
function judge(
  expression: SearchExpression,
  resource: IndexedResource,
  answers: Answers,
): boolean | undefined {
  switch (expression.kind) {
    case 'and':
      return decided(expression.operands, resource, answers, false);
    case 'or':
      return decided(expression.operands, resource, answers, true);
    case 'not': {
      const operand = judge(expression.operand, resource, answers);
      return operand === undefined ? undefined : !operand;
    }
    case 'chain':
    case 'has':
      return answers.get(expression);
    default:
      return matches(expression, resource);
  }
}

/** One decisive operand settles it, else any open one leaves it open. */
function decided(
  operands: readonly SearchExpression[],
  resource: IndexedResource,
  answers: Answers,
  decisive: boolean,
): boolean | undefined {
  let open = false;
  for (const operand of operands) {
    const answer = judge(operand, resource, answers);
    if (answer === decisive) return decisive;
    if (answer === undefined) open = true;
  }
  return open ? undefined : !decisive;
}

async function answersOf(
  store: ClinicalStore,
  client: SqlClient,
  links: readonly LinkExpression[],
  resource: IndexedResource,
): Promise<Answers> {
  const parameters = sqlParameters();
  const { hash, paramKey, chief, types } = store;
  const context = {
    type: resource.type,
    hash,
    paramKey,
    chief,
    parameters,
    links: { typeCode: (type: string) => types.code(type), keys: new Map() },
  };
  const columns = links.map((link) => {
    const ids = leadsTo(link, resource);
    if (ids?.length === 0) return 'false';
    const found = linkedSql(bound(link, resource), context, whereSql, ids !== undefined);
    const only = ids === undefined ? '' : ` and r.id = any(${parameters.add(ids, 'text[]')})`;
    return `exists (select 1 from resource r where ${found}${only})`;
  });
  const text = `select array[${columns.join(', ')}] as answers`;
  // The resources are found by what they refer to or by their ids, so that one plan is good for all of them.
  const name = store.shapes(text);
  const [row] = await client.query<{ readonly answers: readonly boolean[] }>({
    text,
    values: parameters.values,
    ...(name === undefined ? {} : { name, shared: true }),
  });
  return new Map(links.map((link, index) => [link, row?.answers[index] === true]));
}

/** A reverse chain that must lead back to this resource; a chain as it is. */
function bound(link: LinkExpression, { type, id }: IndexedResource): LinkExpression {
  if (link.kind === 'chain') return link;
  const back = { kind: 'reference', param: link.param, type, id } as const;
  return { ...link, where: and(back, link.where) };
}

/** Ids of the resources a chain can lead to from here; undefined for a reverse chain. */
function leadsTo(link: LinkExpression, resource: IndexedResource): readonly string[] | undefined {
  if (link.kind === 'has') return undefined;
  if (link.param === COMPARTMENT_LINK) return resource.patients;
  const target = linkedType(link);
  return resource.values.flatMap((value) =>
    value.kind === 'reference' &&
    value.param === link.param &&
    value.type === target &&
    value.id !== undefined
      ? [value.id]
      : [],
  );
}
