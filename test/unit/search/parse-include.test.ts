import { describe, expect, test } from '@jest/globals';
import { codeOf, search } from '../../support/search.ts';

describe('FHIR R4 search#revinclude', () => {
  test('directives are read, each once, and stand in the self link', () => {
    const { includes, used } = search(
      'Observation?_include=Observation:subject:Patient&_include:iterate=Patient:organization&_include:recurse=Patient:organization&_revinclude=Observation:*&_include=*',
    );
    expect(includes).toEqual([
      {
        direction: 'include',
        source: 'Observation',
        param: 'subject',
        target: 'Patient',
        iterate: false,
      },
      { direction: 'include', source: 'Patient', param: 'organization', iterate: true },
      { direction: 'revinclude', source: 'Observation', param: '*', iterate: false },
      { direction: 'include', source: '*', param: '*', iterate: false },
    ]);
    expect(used).toHaveLength(5);
    expect(search('Observation?code=x').includes).toBeUndefined();
  });

  test.each([
    ['_include=Observation'],
    ['_include=Observation:code'],
    ['_include=Observation:nonsense'],
    ['_include=Nonsense:subject'],
    ['_include=Patient:organization'],
    ['_include=Observation:subject:Practitioner'],
    ['_include=Observation:subject:Nonsense'],
    ['_include=Observation:subject:Patient:x'],
    ['_include:bogus=Observation:subject'],
    ['_revinclude=*'],
    ['_revinclude=AuditEvent:patient'],
  ])('%s is refused', (query) => {
    expect(codeOf(() => search(`Observation?${query}`))).toBe('SEARCH_INVALID_CONTROL');
  });

  test('AuditEvents have none', () => {
    expect(codeOf(() => search('AuditEvent?_include=AuditEvent:patient'))).toBe(
      'SEARCH_UNSUPPORTED_PARAMETER',
    );
  });
});
