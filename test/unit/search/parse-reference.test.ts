import { describe, expect, test } from '@jest/globals';
import { codeOf, where } from '../../support/search.ts';

describe('FHIR R4 search#reference', () => {
  test.each([
    ['subject=1', { id: '1' }],
    ['subject=Patient/1', { type: 'Patient', id: '1' }],
    ['subject:Patient=1', { type: 'Patient', id: '1' }],
    ['subject:Patient=Patient/1', { type: 'Patient', id: '1' }],
    ['subject=https://diga.example/fhir/Patient/1', { type: 'Patient', id: '1' }],
    ['subject=https://diga.example/fhir/R4/Patient/1', { type: 'Patient', id: '1' }],
    ['subject:Patient=https://diga.example/fhir/Patient/1', { type: 'Patient', id: '1' }],
    [
      'subject=https://other.example/fhir/Patient/1',
      { url: 'https://other.example/fhir/Patient/1' },
    ],
    ['subject=urn:uuid:5', { url: 'urn:uuid:5' }],
  ])('%s', (query, fields) => {
    expect(where(`Observation?${query}`)).toEqual({
      kind: 'reference',
      param: 'subject',
      ...fields,
    });
  });

  test('a base URL is own only up to a slash', () => {
    expect(where('Observation?subject=https://diga.example/fhirX/Patient/1')).toMatchObject({
      url: 'https://diga.example/fhirX/Patient/1',
    });
  });

  test.each([
    'subject=1/_history/2',
    'subject=Patient/1/_history/',
    'subject:Location=Patient/1/_history/2',
    'subject:identifier=|',
    'subject=Nonsense/1',
    'subject=Patient/',
    'subject=a b',
    'subject:Patient=Location/1',
    'subject:Patient=https://other.example/Patient/1',
    `subject=${'a'.repeat(65)}`,
  ])('%s cannot be read', (query) => {
    expect(codeOf(() => where(`Observation?${query}`))).toBe('SEARCH_INVALID_VALUE');
  });

  test('a version of a resource or a canonical is part of the reference', () => {
    expect(where('Observation?subject=Patient/1/_history/2')).toEqual({
      kind: 'reference',
      param: 'subject',
      url: 'Patient/1/_history/2',
    });
    expect(where('Observation?subject=https://diga.example/fhir/Patient/1/_history/2')).toEqual({
      kind: 'reference',
      param: 'subject',
      url: 'Patient/1/_history/2',
    });
    const base = 'QuestionnaireResponse?questionnaire=http://example.org/q';
    expect(where(base)).toMatchObject({ url: 'http://example.org/q' });
    expect(where(`${base}|1.0`)).toMatchObject({ url: 'http://example.org/q|1.0' });
  });

  test(':identifier asks about the identifier of the reference, as a token', () => {
    expect(where('Observation?subject:identifier=urn:s|1')).toEqual({
      kind: 'token',
      param: 'subject:identifier',
      system: 'urn:s',
      code: '1',
    });
  });

  test('a type that the parameter cannot point to is no modifier', () => {
    expect(codeOf(() => where('Observation?subject:Organization=1'))).toBe(
      'SEARCH_UNKNOWN_MODIFIER',
    );
  });
});
