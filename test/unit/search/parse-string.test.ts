import { describe, expect, test } from '@jest/globals';
import { codeOf, where } from '../../support/search.ts';

describe('FHIR R4 search#string', () => {
  test('without a modifier the stored text starts with the value, case and accents apart', () => {
    expect(where('Patient?name=J%C3%9CRGEN')).toEqual({
      kind: 'string',
      param: 'name',
      mode: 'starts',
      value: 'jurgen',
    });
  });

  test(':contains is normalised, :exact is not', () => {
    expect(where('Patient?name:contains=%C3%9C')).toMatchObject({ mode: 'contains', value: 'u' });
    expect(where('Patient?name:exact=%C3%9C')).toMatchObject({ mode: 'exact', value: 'Ü' });
  });

  test.each(['name=+', 'name=%CC%81', `name=${'x'.repeat(201)}`])('%s cannot be read', (query) => {
    expect(codeOf(() => where(`Patient?${query}`))).toBe('SEARCH_INVALID_VALUE');
  });
});

describe('FHIR R4 search#uri', () => {
  test('a uri is compared as it stands', () => {
    expect(where('ValueSet?url=http://example.org/A/')).toEqual({
      kind: 'uri',
      param: 'url',
      value: 'http://example.org/A/',
    });
  });

  test(':below is one question, :above one for each step of the path', () => {
    expect(where('ValueSet?url:below=http://a.example/b/')).toEqual({
      kind: 'uri',
      param: 'url',
      value: 'http://a.example/b',
      mode: 'below',
    });
    const above = where('ValueSet?url:above=http://a.example/b/c');
    expect(
      above.kind === 'or' && above.operands.map((leaf) => 'value' in leaf && leaf.value),
    ).toEqual([
      'http://a.example/b/c',
      'http://a.example',
      'http://a.example/',
      'http://a.example/b',
      'http://a.example/b/',
      'http://a.example/b/c/',
    ]);
  });

  test.each(['url:below=urn:oid:1.2', 'url:above=x', `url:below=http://x${'/a'.repeat(30)}`])(
    '%s cannot be read',
    (query) => {
      expect(codeOf(() => where(`ValueSet?${query}`))).toBe('SEARCH_INVALID_VALUE');
    },
  );
});
