import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { referenceTarget, targetType } from '../../../src/search/extract/reference-target.ts';

describe('FHIR R4 references#literal', () => {
  test.each([
    ['Patient/1', { type: 'Patient', id: '1' }],
    ['Patient/1/_history/7', { type: 'Patient', id: '1' }],
    [
      'https://a.example/fhir/Patient/1',
      { type: 'Patient', id: '1', url: 'https://a.example/fhir/Patient/1' },
    ],
    [
      'https://a.example/fhir/Patient/1/_history/7',
      { type: 'Patient', id: '1', url: 'https://a.example/fhir/Patient/1' },
    ],
    ['https://a.example/about', { url: 'https://a.example/about' }],
    ['urn:uuid:0b6f', { url: 'urn:uuid:0b6f' }],
    ['#a', undefined],
    ['', undefined],
    ['Patient?identifier=a', undefined],
    ['Patient', undefined],
    ['../Patient/1', undefined],
  ])('%s', (reference, expected) => {
    expect(referenceTarget(reference)).toEqual(expected);
  });

  test('the type of the target, from the literal before the element type', () => {
    expect(targetType({ reference: 'Patient/1', type: 'Group' })).toBe('Patient');
    expect(targetType({ reference: 'urn:uuid:1', type: 'Group' })).toBe('Group');
    expect(targetType({ display: 'x' })).toBeUndefined();
    expect(targetType('Patient/1')).toBeUndefined();
  });

  test('any text is read without throwing', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.constantFrom('', 'a:', 'http://', 'Patient/', '/_history/'),
        (text, prefix) => {
          const target = referenceTarget(prefix + text);
          expect(target?.id ?? '').toMatch(/^[A-Za-z0-9\-.]{0,64}$/);
        },
      ),
    );
  });
});
