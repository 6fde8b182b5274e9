import type { SuiteTest } from './suite.ts';

/** An engine: the values of an expression on a resource, as plain values or as text. */
export type Engine = (expression: string, input: object | undefined) => readonly unknown[];

/** What came of one test: nothing, or what was wrong. */
export function judge(
  engine: Engine,
  test: SuiteTest,
  input: object | undefined,
): string | undefined {
  let values: readonly unknown[];
  try {
    values = engine(test.expression, input === undefined ? undefined : structuredClone(input));
  } catch {
    return test.invalid === undefined ? 'refused' : undefined;
  }
  if (test.invalid !== undefined) return `not refused (${test.invalid})`;
  if (test.predicate) {
    const [value] = values;
    const holds = typeof value === 'boolean' && values.length === 1 ? value : values.length > 0;
    return String(holds) === test.output[0]?.text ? undefined : 'another value';
  }
  if (values.length !== test.output.length) return 'another number of values';
  const fits = test.output.every(({ text }, index) => sameText(values[index], text));
  return fits ? undefined : 'another value';
}

function sameText(value: unknown, expected: string): boolean {
  const text = expected.replace(/^@T?/, '');
  if (typeof value === 'number') return value === Number(text);
  const given = typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
  return given === text || given === expected || given.replace(/^@?T?/, '') === text;
}
