import { describe, expect, test } from '@jest/globals';
import type { IndexedResource } from '../../../src/search/index-values.ts';
import { matches } from '../../../src/search/match.ts';
import { where } from '../../support/search.ts';

const day = (text: string) => ({ low: Date.parse(text), high: Date.parse(text) + 86_400_000 });

const pulse: IndexedResource = {
  type: 'Observation',
  id: 'o1',
  lastUpdated: Date.parse('2024-05-02T10:00:00.500Z'),
  patients: ['p1'],
  values: [
    { kind: 'token', param: 'code', system: 'http://loinc.org', code: '8867-4' },
    { kind: 'token', param: 'code', code: 'pulse' },
    { kind: 'reference', param: 'subject', type: 'Patient', id: 'p1' },
    { kind: 'reference', param: 'performer', url: 'https://other.example/Practitioner/7' },
    { kind: 'date', param: 'date', ...day('2024-05-01') },
    { kind: 'quantity', param: 'value-quantity', low: 72, high: 72, system: 'ucum', unit: '/min' },
    { kind: 'string', param: 'value-string', value: 'Größe  über Alles' },
    { kind: 'uri', param: '_profile', value: 'http://example.org/Pulse' },
  ],
};

describe('FHIR R4 search: a resource in memory', () => {
  test.each([
    'code=8867-4',
    'code=http://loinc.org|8867-4',
    'code=http://loinc.org|',
    'code=|pulse',
    'code=x,pulse',
    'code=pulse&code=8867-4',
    'status:not=final',
    'status:missing=true',
    'code:missing=false',
    'subject=p1',
    'subject=Patient/p1',
    'performer=https://other.example/Practitioner/7',
    'date=2024-05',
    'date=ge2024-05-01',
    'date=le2024-05-01',
    'date=lt2024-05-02',
    'date=ap2024-05-02',
    'date=ne2024-05-02',
    'value-quantity=72',
    'value-quantity=72|ucum|/min',
    'value-quantity=72||/min',
    'value-quantity=gt71',
    'value-quantity=ge72',
    'value-string=GROSSE',
    'value-string:contains=uber a',
    'value-string:exact=Größe  über Alles',
    '_profile=http://example.org/Pulse',
    '_id=o1',
    '_id=o2,o1',
    '_lastUpdated=2024-05-02',
    '_lastUpdated=gt2024-05-02T10:00:00.499Z',
    '_lastUpdated=le2024-05-02T10:00:00.500Z',
    '_compartment=Patient/p1',
  ])('matches %s', (query) => {
    // ß has no decomposition, so its search value is written as it is stored.
    expect(
      matches(where(`Observation?${encodeURI(query.replace('GROSSE', 'GRÖßE'))}`), pulse),
    ).toBe(true);
  });

  test.each([
    'code=8867',
    'code=http://snomed.info/sct|8867-4',
    'code=|8867-4',
    'code=PULSE',
    'code:not=pulse',
    'status=final',
    'status:missing=false',
    'subject=Location/p1',
    'performer=7',
    'date=2024-05-02',
    'date=gt2024-05-01',
    'date=eb2024-05-01',
    'value-quantity=72.1',
    'value-quantity=72|ucum|kg',
    'value-quantity=gt72',
    'value-quantity=sa72',
    'value-string=uber',
    'value-string:exact=größe  über alles',
    '_profile=http://example.org/pulse',
    '_id=O1',
    '_lastUpdated=gt2024-05-02T10:00:00.500Z',
    '_lastUpdated=lt2024-05-02T10:00:00.500Z',
    '_compartment=Patient/p2',
  ])('does not match %s', (query) => {
    expect(matches(where(`Observation?${encodeURI(query)}`), pulse)).toBe(false);
  });

  test('a resource without a value satisfies no comparison, not even ne, but every negation', () => {
    const empty = { ...pulse, values: [] };
    for (const prefix of ['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap']) {
      expect(matches(where(`Observation?date=${prefix}2024-05-01`), empty)).toBe(false);
    }
    expect(matches(where('Observation?code:not=pulse'), empty)).toBe(true);
  });

  test('one value must satisfy a whole condition: number and unit are not taken from two', () => {
    const two: IndexedResource = {
      ...pulse,
      values: [
        { kind: 'quantity', param: 'value-quantity', low: 1, high: 1, unit: 'kg' },
        { kind: 'quantity', param: 'value-quantity', low: 2, high: 2, unit: 'mg' },
      ],
    };
    expect(matches(where('Observation?value-quantity=1||mg'), two)).toBe(false);
    expect(matches(where('Observation?value-quantity=2||mg'), two)).toBe(true);
  });
});
