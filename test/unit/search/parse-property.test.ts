import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isFhirError } from '../../../src/outcome/fhir-error.ts';
import { escapeValue, splitUnescaped, unescapeValue } from '../../../src/search/parse/escape.ts';
import { parseSearch } from '../../../src/search/parse.ts';
import { parseQuery, type QueryParameter } from '../../../src/search/parse-query.ts';
import { searchDefinitions } from '../../support/search-definitions.ts';
import { OPTIONS } from '../../support/search.ts';

const names = fc.oneof(
  fc.constantFrom(
    'code',
    'status:not',
    'subject',
    'subject:Patient',
    'date',
    'value-quantity',
    'value-string:exact',
    '_id',
    '_lastUpdated',
    '_compartment',
    '_profile',
    '_count',
    '_sort',
    '_elements',
    '_cursor',
    'date:missing',
    'near',
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
);
const values = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ unit: fc.constantFrom(...Array.from('0129-+.:TZeE|,\\$/agl ')), maxLength: 30 }),
);
const parameters = fc.array(fc.tuple(names, values), { maxLength: 6 });

function fhirErrorsOnly(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    if (!isFhirError(error)) throw error;
  }
}

describe('whatever a client sends', () => {
  test('a search is read or refused with a FhirError', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('Observation', 'RiskAssessment', 'Patient', 'Nope'),
        parameters,
        (type, list) => {
          fhirErrorsOnly(() => parseSearch(searchDefinitions, type, list, OPTIONS));
        },
      ),
      { numRuns: 3000 },
    );
  });

  test('a query string is read or refused with a FhirError', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('ab=&%+?;2cC3')) }), (query) => {
        fhirErrorsOnly(() => parseQuery(query));
      }),
      { numRuns: 2000 },
    );
  });

  test('a search that was understood is understood again from its own self link, alike', () => {
    fc.assert(
      fc.property(parameters, (list) => {
        const read = (from: readonly QueryParameter[]) =>
          parseSearch(searchDefinitions, 'Observation', from, OPTIONS);
        try {
          const first = read(list);
          const link = new URLSearchParams(
            first.used.map(([name, value]): [string, string] => [name, value]),
          );
          const { cursor: _, ...rest } = first;
          if (first.used.every(([name, value]) => name.isWellFormed() && value.isWellFormed())) {
            expect(read(parseQuery(link.toString()))).toEqual(rest);
          }
        } catch (error) {
          if (!isFhirError(error)) throw error;
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('FHIR R4 search#escaping', () => {
  test('an escaped text is one value and comes back', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from('a,|$\\b')) }), (text) => {
        const escaped = escapeValue(text);
        expect(splitUnescaped(escaped, ',')).toEqual([escaped]);
        expect(splitUnescaped(escaped, '|')).toEqual([escaped]);
        expect(unescapeValue(escaped)).toBe(text);
      }),
    );
  });
});
