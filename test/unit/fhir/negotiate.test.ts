import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isServedVersion, negotiate } from '../../../src/fhir/format.ts';

const kind = (accept: string | undefined, query = ''): string =>
  negotiate(query, accept)?.kind ?? 'none';

describe('FHIR R4 http#mime-type: the format of the answer', () => {
  test.each([
    [undefined, 'json'],
    ['*/*', 'json'],
    ['application/*', 'json'],
    ['application/fhir+json', 'json'],
    ['application/json', 'json'],
    ['text/json', 'json'],
    ['application/fhir+xml', 'xml'],
    ['application/xml+fhir', 'xml'],
    ['application/xml', 'xml'],
    ['text/xml', 'xml'],
    ['Application/FHIR+XML; charset=UTF-8', 'xml'],
    // HAPI's client: XML stands first, but weighs the same.
    [
      'application/fhir+xml;q=1.0, application/fhir+json;q=1.0, application/xml+fhir;q=0.9, application/json+fhir;q=0.9',
      'json',
    ],
    ['application/fhir+json;q=0.5, application/fhir+xml;q=0.8', 'xml'],
    ['application/fhir+xml;q=0, */*;q=0.1', 'json'],
    ['application/fhir+xml, */*', 'xml'],
    // A browser.
    ['text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8', 'json'],
    ['application/fhir+xml; nobody=knows; q=1', 'xml'],
    ['application/fhir+xml; fhirVersion=4.0', 'xml'],
    ['application/fhir+xml; fhirVersion=3.0', 'none'],
    ['application/fhir+json; fhirVersion=5.0, application/fhir+xml; fhirVersion=4.0', 'xml'],
    ['application/fhir+turtle', 'none'],
    ['application/pdf', 'none'],
    ['', 'none'],
    ['constructor', 'none'],
  ])('Accept: %s', (accept, expected) => {
    expect(kind(accept)).toBe(expected);
  });

  test.each([
    ['_format=xml', 'xml'],
    ['_format=json', 'json'],
    ['_format=application/fhir+xml', 'xml'],
    ['_format=application%2Ffhir%2Bxml', 'xml'],
    ['_format=text%2Fxml', 'xml'],
    ['_format=html', 'json'],
    ['name=x&_format=xml&_pretty=true', 'xml'],
    ['_format=', 'json'],
    ['_format=ttl', 'none'],
    ['_format=%', 'none'],
    ['x_format=xml', 'json'],
  ])('%s counts more than Accept', (query, expected) => {
    expect(kind('application/fhir+json', query)).toBe(expected);
  });

  test('_pretty', () => {
    expect(negotiate('_pretty=true', undefined)).toEqual({ kind: 'json', pretty: true });
    expect(negotiate('_pretty=false&_format=xml', undefined)).toEqual({
      kind: 'xml',
      pretty: false,
    });
  });

  test('whatever is sent, there is an answer', () => {
    const part = fc.constantFrom(
      'application',
      '/',
      'fhir+xml',
      '*',
      ';',
      'q',
      '=',
      '0.',
      '1',
      ',',
      ' ',
      '"',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 40 }), fc.string(), (parts, query) => {
        expect(['json', 'xml', 'none']).toContain(kind(parts.join(''), `_format=${query}`));
        expect(['json', 'xml', 'none']).toContain(kind(parts.join('')));
      }),
      { numRuns: 2000 },
    );
  });

  test('versions of FHIR', () => {
    expect(isServedVersion('application/fhir+json; fhirVersion="4.0"')).toBe(true);
    expect(isServedVersion('application/fhir+json;FHIRVERSION=4.0.1')).toBe(true);
    expect(isServedVersion('application/fhir+json; fhirVersion=4.3')).toBe(false);
  });
});
