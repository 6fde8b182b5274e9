import { describe, expect, test } from '@jest/globals';
import type { AccessPolicy } from '@medplum/fhirtypes';
import fc from 'fast-check';
import { compilePolicy } from '../../../src/access/compile.ts';
import { type PolicyParameters, substitute } from '../../../src/access/variables.ts';
import { matches } from '../../../src/search/match.ts';
import { searchDefinitions } from '../../support/search-definitions.ts';
import { where } from '../../support/search.ts';

function compile(criteria: string, parameters: PolicyParameters) {
  const resourceType = criteria.slice(0, criteria.indexOf('?'));
  const policy: AccessPolicy = {
    resourceType: 'AccessPolicy',
    id: 'p',
    resource: [{ resourceType, criteria }],
  };
  const compiled = compilePolicy(searchDefinitions, [policy], parameters);
  return { ...compiled, read: compiled.where(resourceType, 'read') };
}

describe('variables of a policy', () => {
  test('[R-024] %profile and %patient are the references of the identity, .id their ids', () => {
    const own = { profile: 'Patient/1' };
    expect(compile('Observation?subject=%patient', own).read).toEqual(
      where('Observation?subject=Patient/1'),
    );
    expect(compile('Observation?subject=%profile', own).read).toEqual(
      where('Observation?subject=Patient/1'),
    );
    expect(compile('Patient?_id=%patient.id', own).read).toEqual(where('Patient?_id=1'));
    expect(
      compile('Observation?_compartment=%patient', {
        profile: 'RelatedPerson/7',
        patient: 'Patient/2',
      }).read,
    ).toEqual(where('Observation?_compartment=Patient/2'));
  });

  test('a name is matched as a whole: %patient is not in %patient_org', () => {
    const parameters = { profile: 'Patient/1', patient_org: 'Organization/9' };
    expect(compile('Patient?organization=%patient_org', parameters).read).toEqual(
      where('Patient?organization=Organization/9'),
    );
    expect(compile('Patient?organization=%patient_or', parameters)).toMatchObject({
      read: { kind: 'none' },
      unresolved: [{ rule: 'p#0', variable: '%patient_or' }],
    });
  });

  test('a variable without a value makes its rule allow nothing, and is reported', () => {
    for (const [criteria, variable] of [
      ['Observation?subject=%other', '%other'],
      ['Observation?subject=Patient/5,%other', '%other'],
      ['Observation?status:not=%other', '%other'],
      ['Observation?code=%empty', '%empty'],
      ['Patient?_id=%word.id', '%word.id'],
      ['Observation?code=%constructor', '%constructor'],
    ] as const) {
      const compiled = compile(criteria, { profile: 'Practitioner/1', empty: '', word: 'x' });
      expect(compiled.read).toEqual({ kind: 'none' });
      expect(compiled.rules(criteria.slice(0, criteria.indexOf('?')), 'read')).toEqual([]);
      expect(compiled.unresolved).toEqual([{ rule: 'p#0', variable }]);
    }
  });

  test('%patient of an identity that is no patient has no value', () => {
    expect(
      compile('Observation?_compartment=%patient', { profile: 'Practitioner/1' }).unresolved,
    ).toEqual([{ rule: 'p#0', variable: '%patient' }]);
  });

  test('a parameter that looks like percent-encoding is one only if it was given', () => {
    expect(compile('Patient?name=J%C3%BCrgen', { profile: 'Patient/1' }).read).toEqual(
      where('Patient?name=Jürgen'),
    );
    expect(
      compile('Patient?organization=%department', {
        profile: 'Patient/1',
        department: 'Organization/3',
      }).read,
    ).toEqual(where('Patient?organization=Organization/3'));
  });

  test('a value cannot become syntax: it stays one alternative of one condition', () => {
    const tokens = fc.string({
      unit: fc.constantFrom(...Array.from('ab,|$\\&=%+? ')),
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(tokens, (value) => {
        const { read } = compile('Observation?code=%v&status=final', {
          profile: 'Patient/1',
          v: value,
        });
        expect(read).toEqual({
          kind: 'and',
          operands: [
            { kind: 'token', param: 'code', code: value },
            { kind: 'token', param: 'status', code: 'final' },
          ],
        });
        const resource = { type: 'Observation', id: 'o', lastUpdated: 0, patients: [] };
        expect(
          matches(read, {
            ...resource,
            values: [{ kind: 'token', param: 'status', code: 'final' }],
          }),
        ).toBe(false);
      }),
    );
  });

  test('what stands around a variable is decoded, what is put in is not', () => {
    expect(substitute('a%2Cb|%v+c', { profile: 'x', v: '%41+' })).toEqual({ value: 'a,b|%41+ c' });
  });
});
