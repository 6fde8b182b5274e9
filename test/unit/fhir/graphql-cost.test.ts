import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { getIntrospectionQuery } from 'graphql';
import { checkCost } from '../../../src/fhir/graphql/cost.ts';
import { operationOf, parseGraph } from '../../../src/fhir/graphql/prepare.ts';
import { createTurns } from '../../../src/fhir/graphql/in-turn.ts';

const SIZES = { defaultCount: 20, maxCount: 1_000 };

function costOf(query: string, variables: Readonly<Record<string, unknown>> = {}) {
  const document = parseGraph(query);
  return checkCost(document, operationOf(document, undefined), variables, SIZES);
}

describe('the cost of a GraphQL query', () => {
  test.each([
    ['{ Patient(id: "x") { id } }', { depth: 2, cost: 1 }],
    ['{ PatientList { id } }', { depth: 2, cost: 1 }],
    [
      '{ PatientList { ObservationList(_reference: subject, _count: 5) { subject { resource { id } } } } }',
      { depth: 5, cost: 1 + 20 + 100 },
    ],
    [
      '{ PatientList(_count: 0) { ObservationList(_reference: subject) { id } } }',
      { depth: 3, cost: 2 },
    ],
    [
      '{ ...a } fragment a on Query { one: PatientList { id } two: PatientList { id } }',
      { depth: 2, cost: 2 },
    ],
    [
      '{ __schema { types { fields { type { ofType { ofType { ofType { ofType { ofType { ofType { ofType { name } } } } } } } } } } } }',
      { depth: 0, cost: 0 },
    ],
  ])('%s', (query, expected) => {
    expect(costOf(query)).toEqual(expected);
  });

  test.each([
    ['with a field at the end', '__typename'],
    ['with an introspection at the end', '__schema { description }'],
  ])('fragments that hold nothing but fragments count too, %s', (_, last) => {
    const doubling = Array.from(
      { length: 300 },
      (_, n) => `fragment f${String(n)} on Query { ...f${String(n + 1)} ...f${String(n + 1)} }`,
    ).join(' ');
    const query = `{ ...f0 } ${doubling} fragment f300 on Query { ${last} }`;
    expect(() => costOf(query)).toThrow(expect.objectContaining({ code: 'GRAPHQL_TOO_COSTLY' }));
  });

  test('an introspection counts by the length of its answer: once in full, and not twice', () => {
    const whole = getIntrospectionQuery({ inputValueDeprecation: true, schemaDescription: true });
    expect(costOf(whole)).toEqual({ depth: 0, cost: 0 });
    const types = 'types { name fields { name args { name type { name } } } }';
    const aliases = (count: number): string =>
      Array.from({ length: count }, (_, n) => `a${String(n)}: ${types}`).join(' ');
    expect(costOf(`{ __schema { ${aliases(2)} } }`).cost).toBe(0);
    const nested = 'types { fields { type { fields { args { type { fields { name } } } } } } }';
    for (const query of [
      `{ __schema { ${aliases(20)} } }`,
      `{ ${Array.from({ length: 20 }, (_, n) => `a${String(n)}: __schema { ${types} }`).join(' ')} }`,
      `{ __schema { ${nested} } }`,
      `{ PatientList { id } __schema { ${types} } }`,
      `query($a: Int) { __schema { ${types} } }`,
      `{ ...s } fragment s on Query { __schema { ${types} } }`,
      `{ __schema { ...a ...b } } fragment a on __Schema { ${aliases(9)} } fragment b on __Schema { b: ${types} ${aliases(9)} ...a }`,
    ])
      expect(() => costOf(query)).toThrow(expect.objectContaining({ code: 'GRAPHQL_TOO_COSTLY' }));
  });

  test('a variable counts as what is given, one that cannot be read as the longest list', () => {
    const query =
      'query($n: Int) { PatientList(_count: $n) { ObservationList(_reference: subject) { id } } }';
    expect(costOf(query, { n: 7 }).cost).toBe(8);
    expect(costOf(query, { n: 'many' }).cost).toBe(1_001);
  });

  test('nesting multiplies, whatever the lengths of the lists', () => {
    const counts = fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(counts, (lengths) => {
        const query = lengths.reduceRight(
          (inner, count) => `PatientList(_reference: link, _count: ${String(count)}) { ${inner} }`,
          'id',
        );
        let expected = 0;
        let times = 1;
        for (const length of lengths) {
          expected += times;
          times *= length;
        }
        expect(costOf(`{ ${query} }`).cost).toBe(expected);
      }),
    );
  });
});

test('searches run so many at a time, all of them, and one that fails gives its place back', async () => {
  const inTurn = createTurns(2);
  let running = 0;
  let most = 0;
  const work = Array.from({ length: 10 }, (_, n) =>
    inTurn(async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      if (n % 3 === 0) throw new Error('failed');
      return n;
    }),
  );
  const settled = await Promise.allSettled(work);
  expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(6);
  expect(most).toBe(2);
});
