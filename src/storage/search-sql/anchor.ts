import type { SearchExpression } from '../../search/expression.ts';
import { COMPARTMENT_LINK } from '../../search/linked.ts';
import { codeKey, compartmentKey } from '../index-keys.ts';
import { SEVERAL } from '../index-rows.ts';
import type { SearchSqlContext } from './context.ts';
import { tokenOf } from './token-keys.ts';

/** Conditions that follow from an expression and that an index of the rows can serve. */
export interface Anchors {
  /** SQL conditions, to be added to the full one. */
  readonly conditions: readonly string[];
  /** True if the condition names the patients: then few rows are left, whatever else is asked. */
  readonly byPatient: boolean;
  /** True if it names a business identifier: then hardly any row is left, and they are found by the index of tokens. */
  readonly byIdentifier: boolean;
  /** True if it names resources by their ids: then they are found by their key, whatever else is asked. */
  readonly byId: boolean;
  /**
   * The resource type as the condition is to name it. A code says its type already; where patient and code are named the
   * column is hidden from the indexes that begin with it, which would only add all resources of the type to the work.
   */
  readonly typeColumn: string;
}

/** Values that are listed one by one. */
const LISTED = 4;

/** Most values that are named; above, the index of tokens is the better way. */
const MOST = 200;

/**
 * What follows from an expression for the columns `patient` and `code`. These conditions exclude nothing that the
 * expression finds, but they lead the planner to the rows of a patient, which are few, and sorted by date.
 */
export function anchors(expression: SearchExpression, context: SearchSqlContext): Anchors {
  const { type, chief, hash, parameters } = context;
  const patients = namedPatients(expression, context);
  const code = chief.code(type);
  const codes = namedValues(expression, (leaf) =>
    leaf.kind === 'token' && leaf.param === code && leaf.code !== undefined
      ? [String(hash(codeKey(type, code, leaf.code)))]
      : undefined,
  );
  const conditions: string[] = [];
  const name = (column: string, named: ReadonlySet<string>): void => {
    const hashes = [...named];
    if (hashes.length <= LISTED) {
      // As a list the planner knows how many there are, and finds that a plan for any values is as good as one for these.
      const listed = hashes.map((value) => parameters.add(value, 'bigint'));
      conditions.push(`r.${column} in (${[...listed, String(SEVERAL)].join(', ')})`);
    } else {
      conditions.push(
        `r.${column} = any(${parameters.add(`{${[...hashes, SEVERAL].join(',')}}`, 'bigint[]')})`,
      );
    }
  };
  if (patients !== undefined) name('patient', patients);
  if (codes !== undefined) name('code', codes);
  const byPatient = patients !== undefined;
  const identifier = byPatient ? undefined : namedIdentifier(expression, context);
  if (identifier !== undefined) {
    // As a subselect the planner does not see the value and makes one plan for all; together with the hidden type that is
    // the index of tokens.
    const key = `array[(select ${parameters.add(identifier, 'bigint')})]`;
    conditions.push(`r.tokens @> ${key}`);
  }
  return {
    conditions,
    byPatient,
    byIdentifier: identifier !== undefined,
    byId: !byPatient && identifier === undefined && namesIds(expression),
    typeColumn:
      (byPatient && codes !== undefined) || identifier !== undefined ? '(r.type + 0)' : 'r.type',
  };
}

/**
 * Hashes of patients, of whom every match is in the compartment of at least one; undefined where the expression does not
 * say so.
 */
export function namedPatients(
  expression: SearchExpression,
  { type, chief, hash, links }: Pick<SearchSqlContext, 'type' | 'chief' | 'hash' | 'links'>,
): ReadonlySet<string> | undefined {
  return namedValues(expression, (leaf) => {
    if (leaf.kind === 'compartment') return [String(hash(compartmentKey(leaf.patient)))];
    if (leaf.kind === 'chain') {
      const leads =
        leaf.target === 'Patient' &&
        (leaf.param === COMPARTMENT_LINK || chief.patient(type).has(leaf.param));
      return leads ? links?.keys.get(leaf) : undefined;
    }
    // The parameter `patient` leads to patients only, so there the type may be left out.
    const patient =
      leaf.kind === 'reference' &&
      leaf.id !== undefined &&
      (leaf.type === 'Patient' || (leaf.type === undefined && leaf.param === 'patient')) &&
      chief.patient(type).has(leaf.param);
    return patient ? [String(hash(compartmentKey(leaf.id)))] : undefined;
  });
}

/** True if every match is one of some ids. */
export function namesIds(expression: SearchExpression): boolean {
  const operands = expression.kind === 'and' ? expression.operands : [expression];
  return operands.some(({ kind }) => kind === 'id');
}

/** Token of a business identifier that every match has. */
function namedIdentifier(
  expression: SearchExpression,
  { type, hash }: SearchSqlContext,
): bigint | undefined {
  const operands = expression.kind === 'and' ? expression.operands : [expression];
  const found = operands.find(
    (operand) =>
      operand.kind === 'token' &&
      operand.code !== undefined &&
      /(?:^|:)identifier$/.test(operand.param),
  );
  return found === undefined ? undefined : tokenOf(found, type, hash);
}

/** The hashes of which every match has at least one, or undefined where the expression does not say so. */
function namedValues(
  expression: SearchExpression,
  hashesOf: (leaf: SearchExpression) => readonly string[] | undefined,
): ReadonlySet<string> | undefined {
  switch (expression.kind) {
    case 'and': {
      const sets = expression.operands
        .map((operand) => namedValues(operand, hashesOf))
        .filter((set) => set !== undefined);
      return sets.sort((a, b) => a.size - b.size)[0];
    }
    case 'or': {
      const sets = expression.operands.map((operand) => namedValues(operand, hashesOf));
      const union = new Set<string>();
      for (const set of sets) {
        if (set === undefined) return undefined;
        for (const value of set) union.add(value);
      }
      return union.size <= MOST ? union : undefined;
    }
    default: {
      const hashes = hashesOf(expression);
      return hashes === undefined || hashes.length > MOST ? undefined : new Set(hashes);
    }
  }
}
