import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { concealJson } from '../../../../src/access/pseudonym/conceal-json.ts';
import { createPseudonyms } from '../../../../src/access/pseudonym/pseudonyms.ts';
import { parseExact } from '../../../../src/json/exact.ts';

const pseudonyms = createPseudonyms(createHash('sha256').update('key').digest())('study');
const TYPES = new Set([
  'Patient',
  'Observation',
  'ValueSet',
  'Bundle',
  'Practitioner',
  'Medication',
]);
const options = {
  pseudonyms,
  definitions: { isResourceType: (type: string) => TYPES.has(type) },
  baseUrls: ['https://api.example/fhir/R4', 'https://api.example/fhir'],
};
const conceal = (value: unknown): unknown => concealJson(structuredClone(value), options);
const p = (type: string, id: string): string => `${type}/${pseudonyms.conceal(type, id) ?? ''}`;

describe('pseudonyms in what goes out', () => {
  test('[R-133] ids, literal references, versions and URLs of this server are replaced, contained ids stay', () => {
    const shown = conceal({
      resourceType: 'Observation',
      id: 'o1',
      contained: [
        {
          resourceType: 'Medication',
          id: 'm',
          extension: [{ valueReference: { reference: 'Patient/a' } }],
        },
      ],
      subject: { reference: 'Patient/a', identifier: { value: 'a' } },
      derivedFrom: [{ reference: 'Observation/o2/_history/3' }, { reference: '#m' }],
      performer: [{ reference: 'https://api.example/fhir/R4/Practitioner/d' }],
      extension: [
        {
          url: 'https://api.example/fhir/StructureDefinition/x',
          valueUri: 'https://elsewhere.example/Patient/a',
        },
      ],
    });
    expect(shown).toEqual({
      resourceType: 'Observation',
      id: pseudonyms.conceal('Observation', 'o1'),
      meta: {
        security: [
          { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'PSEUDED' },
        ],
      },
      contained: [
        {
          resourceType: 'Medication',
          id: 'm',
          extension: [{ valueReference: { reference: p('Patient', 'a') } }],
        },
      ],
      subject: { reference: p('Patient', 'a'), identifier: { value: 'a' } },
      derivedFrom: [{ reference: `${p('Observation', 'o2')}/_history/3` }, { reference: '#m' }],
      performer: [{ reference: `https://api.example/fhir/R4/${p('Practitioner', 'd')}` }],
      extension: [
        {
          url: 'https://api.example/fhir/StructureDefinition/x',
          // It may be an address that this server has had.
          valueUri: `https://elsewhere.example/${p('Patient', 'a')}`,
        },
      ],
    });
  });

  test('an error says a name back as the caller knows it', () => {
    const text = `Resource Patient/${pseudonyms.reveal('Patient', 'nonsense')} is not known; see Observation/o1.`;
    expect(conceal({ resourceType: 'OperationOutcome', issue: [{ diagnostics: text }] })).toEqual({
      resourceType: 'OperationOutcome',
      issue: [
        { diagnostics: `Resource Patient/nonsense is not known; see ${p('Observation', 'o1')}.` },
      ],
    });
  });

  test('what has no pseudonym is left out, and references to it tell nothing', () => {
    const long = 'x'.repeat(60);
    expect(conceal({ resourceType: 'Patient', id: long })).toBeUndefined();
    expect(
      conceal({
        resourceType: 'Bundle',
        entry: [
          {
            fullUrl: `https://api.example/fhir/Patient/${long}`,
            resource: { resourceType: 'Patient', id: long },
          },
          { resource: { resourceType: 'Observation', subject: { reference: `Patient/${long}` } } },
        ],
      }),
    ).toEqual({
      resourceType: 'Bundle',
      entry: [
        { resource: { resourceType: 'Observation', subject: { reference: 'Patient/withheld' } } },
      ],
    });
  });

  test('digits of numbers are kept', () => {
    const text = '{"resourceType":"Observation","valueQuantity":{"value":1.50}}';
    expect(JSON.stringify(concealJson(parseExact(text).exact, options))).toBe(text);
  });
});
