import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { openCodeSystem, type OpenCodeSystem } from '../../../src/terminology/code-system.ts';
import {
  ancestorsOrSelf,
  descendantsOrSelf,
  subsumption,
} from '../../../src/terminology/subsumption.ts';

const SIZE = 8;

/** Any graph of parents, circles among them. */
const graphArb = fc.array(fc.tuple(fc.nat(SIZE - 1), fc.nat(SIZE - 1)), { maxLength: 14 });

function open(edges: readonly (readonly [number, number])[]): OpenCodeSystem {
  return openCodeSystem({
    resourceType: 'CodeSystem',
    url: 'urn:test',
    status: 'active',
    content: 'complete',
    concept: Array.from({ length: SIZE }, (_, index) => ({
      code: String(index),
      property: edges
        .filter(([child]) => child === index)
        .map(([, parent]) => ({ code: 'subsumedBy', valueCode: String(parent) })),
    })),
  });
}

describe('subsumption', () => {
  test('FHIR R4 codesystem-operation-subsumes: as the reachability of the graph, in both directions', () => {
    fc.assert(
      fc.property(graphArb, (edges) => {
        const above = Array.from({ length: SIZE }, (_, code) => new Set([code]));
        for (let round = 0; round < SIZE; round += 1) {
          for (const [child, parent] of edges) {
            for (const set of above) if (set.has(child)) set.add(parent);
          }
        }
        const system = open(edges);
        for (const a of system.concepts) {
          for (const b of system.concepts) {
            const up = above[Number(b.code)]?.has(Number(a.code)) === true;
            const down = above[Number(a.code)]?.has(Number(b.code)) === true;
            expect(ancestorsOrSelf(b).has(a)).toBe(up);
            expect(descendantsOrSelf(a).has(b)).toBe(up);
            const expected =
              a === b ? 'equivalent' : up ? 'subsumes' : down ? 'subsumed-by' : 'not-subsumed';
            expect(subsumption(a, b)).toBe(expected);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  test('nested concepts, child properties, and codes without case', () => {
    const system = openCodeSystem({
      resourceType: 'CodeSystem',
      url: 'urn:test',
      status: 'active',
      content: 'complete',
      caseSensitive: false,
      concept: [
        {
          code: 'Top',
          concept: [{ code: 'Mid', property: [{ code: 'child', valueCode: 'Low' }] }],
        },
        { code: 'Low', property: [{ code: 'notSelectable', valueBoolean: true }] },
      ],
    });
    const low = system.find('LOW');
    expect(low).toMatchObject({ code: 'Low', abstract: true });
    expect(low === undefined ? [] : [...ancestorsOrSelf(low)].map(({ code }) => code)).toEqual([
      'Low',
      'Mid',
      'Top',
    ]);
  });
});
