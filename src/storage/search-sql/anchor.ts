import type { SearchExpression } from '../../search/expression.ts';
import { codeKey, compartmentKey } from '../index-keys.ts';
import { SEVERAL } from '../index-rows.ts';
import type { SearchSqlContext } from './where.ts';

/** Conditions that follow from an expression and that an index of the rows can serve. */
export interface Anchors {
  /** SQL conditions, to be added to the full one. */
  readonly conditions: readonly string[];
  /** True if the condition names the patients: then few rows are left, whatever else is asked. */
  readonly byPatient: boolean;
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
  const patients = namedValues(expression, (leaf) => {
    if (leaf.kind === 'compartment') return leaf.patient;
    // The parameter `patient` leads to patients only, so there the type may be left out.
    const patient =
      leaf.kind === 'reference' &&
      leaf.id !== undefined &&
      (leaf.type === 'Patient' || (leaf.type === undefined && leaf.param === 'patient')) &&
      chief.patient(type).has(leaf.param);
    return patient ? leaf.id : undefined;
  });
  const code = chief.code(type);
  const codes = namedValues(expression, (leaf) =>
    leaf.kind === 'token' && leaf.param === code ? leaf.code : undefined,
  );
  const conditions: string[] = [];
  const name = (column: string, keys: readonly string[]): void => {
    const hashes = keys.map((key) => hash(key));
    if (hashes.length <= LISTED) {
      // As a list the planner knows how many there are, and finds that a plan for any values is as good as one for these.
      const listed = hashes.map((value) => parameters.add(value, 'bigint')).join(', ');
      conditions.push(`r.${column} in (${listed}, ${String(SEVERAL)})`);
    } else {
      conditions.push(
        `r.${column} = any(${parameters.add(`{${[...hashes, SEVERAL].join(',')}}`, 'bigint[]')})`,
      );
    }
  };
  if (patients !== undefined) name('patient', [...patients].map(compartmentKey));
  if (codes !== undefined && code !== undefined) {
    name(
      'code',
      [...codes].map((value) => codeKey(type, code, value)),
    );
  }
  const byPatient = patients !== undefined;
  return {
    conditions,
    byPatient,
    typeColumn: byPatient && codes !== undefined ? '(r.type + 0)' : 'r.type',
  };
}

/** The values of which every match has at least one, or undefined where the expression does not say so. */
function namedValues(
  expression: SearchExpression,
  valueOf: (leaf: SearchExpression) => string | undefined,
): ReadonlySet<string> | undefined {
  switch (expression.kind) {
    case 'and': {
      const sets = expression.operands
        .map((operand) => namedValues(operand, valueOf))
        .filter((set) => set !== undefined);
      return sets.sort((a, b) => a.size - b.size)[0];
    }
    case 'or': {
      const sets = expression.operands.map((operand) => namedValues(operand, valueOf));
      const union = new Set<string>();
      for (const set of sets) {
        if (set === undefined) return undefined;
        for (const value of set) union.add(value);
      }
      return union.size <= MOST ? union : undefined;
    }
    default: {
      const value = valueOf(expression);
      return value === undefined ? undefined : new Set([value]);
    }
  }
}
