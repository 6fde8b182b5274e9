import { describe, expect, test } from '@jest/globals';
import { createIndexExtractor } from '../../../src/search/extract/extractor.ts';
import { testDefinitions } from '../../support/definitions.ts';

const definitions = testDefinitions(
  [
    ['Observation', 'category', 'token', 'Observation.category'],
    ['Observation', 'performer', 'reference', 'Observation.performer'],
  ],
  { Observation: ['performer'] },
);
const { extract } = createIndexExtractor(definitions);
const list = <T>(length: number, item: (at: number) => T): T[] =>
  Array.from({ length }, (_, at) => item(at));
const categories = (count: number, different = count) => ({
  resourceType: 'Observation',
  category: list(count, (at) => ({ coding: [{ code: `c${String(at % different)}` }] })),
});
const patients = (count: number, different = count) => ({
  resourceType: 'Observation',
  performer: list(count, (at) => ({ reference: `Patient/p${String(at % different)}` })),
});
const refused = expect.objectContaining({ code: 'FHIR_TOO_MANY_VALUES', status: 422 });

describe('what one resource may put into the index', () => {
  test('ten thousand values are taken, one more is refused', () => {
    expect(extract(categories(10_000)).values).toHaveLength(10_000);
    expect(() => extract(categories(10_001))).toThrow(refused);
  });

  test('repeated values count once, as long as they are not ten times as many', () => {
    expect(extract(categories(100_000, 7)).values).toHaveLength(7);
    expect(() => extract(categories(100_001, 7))).toThrow(refused);
  });

  test('a hundred patients are taken, one more is refused', () => {
    expect(extract(patients(5_000, 100)).patients).toHaveLength(100);
    expect(() => extract(patients(101))).toThrow(refused);
  });

  test('half a million references to patients are refused at once', () => {
    const resource = patients(500_000);
    const started = performance.now();
    expect(() => extract(resource)).toThrow(refused);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
