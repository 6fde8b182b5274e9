import { describe, expect, test } from '@jest/globals';
import type { SearchExpression } from '../../../src/search/expression.ts';
import { codeOf, search, where } from '../../support/search.ts';

const nameStarts = (value: string): SearchExpression => ({
  kind: 'string',
  param: 'name',
  mode: 'starts',
  value,
});

describe('FHIR R4 search#chaining', () => {
  test('the type stands in the modifier, and the modifier of the condition behind the dot', () => {
    expect(where('Observation?subject:Patient.name:exact=Müller')).toEqual({
      kind: 'chain',
      param: 'subject',
      target: 'Patient',
      where: { kind: 'string', param: 'name', mode: 'exact', value: 'Müller' },
    });
  });

  test('without a type it goes to every target that has the parameter', () => {
    expect(where('Observation?subject.name=x')).toEqual({
      kind: 'or',
      operands: [
        { kind: 'chain', param: 'subject', target: 'Location', where: nameStarts('x') },
        { kind: 'chain', param: 'subject', target: 'Patient', where: nameStarts('x') },
      ],
    });
    expect(where('Observation?subject.gender=male')).toEqual({
      kind: 'chain',
      param: 'subject',
      target: 'Patient',
      where: { kind: 'token', param: 'gender', code: 'male' },
    });
  });

  test('chains have several links, and :not and :missing are about what they lead to', () => {
    expect(where('Observation?patient.organization:Organization.name=a,b')).toEqual({
      kind: 'chain',
      param: 'patient',
      target: 'Patient',
      where: {
        kind: 'chain',
        param: 'organization',
        target: 'Organization',
        where: { kind: 'or', operands: [nameStarts('a'), nameStarts('b')] },
      },
    });
    expect(where('Observation?patient.gender:not=male')).toEqual({
      kind: 'chain',
      param: 'patient',
      target: 'Patient',
      where: { kind: 'not', operand: { kind: 'token', param: 'gender', code: 'male' } },
    });
    expect(where('Observation?patient.gender:missing=true')).toMatchObject({
      where: { kind: 'missing', param: 'gender', missing: true },
    });
  });

  test.each([
    ['Observation?subject.nonsense=x', 'SEARCH_UNKNOWN_PARAMETER'],
    ['Observation?nonsense.name=x', 'SEARCH_UNKNOWN_PARAMETER'],
    ['Observation?subject:Practitioner.name=x', 'SEARCH_UNKNOWN_MODIFIER'],
    ['Observation?subject:Nonsense.name=x', 'SEARCH_UNKNOWN_MODIFIER'],
    ['Observation?code.name=x', 'SEARCH_INVALID_VALUE'],
    ['Observation?subject.=x', 'SEARCH_UNKNOWN_PARAMETER'],
    ['Observation?.name=x', 'SEARCH_UNKNOWN_PARAMETER'],
    ['Observation?subject:Patient.name:bogus=x', 'SEARCH_UNKNOWN_MODIFIER'],
    ['Observation?subject:Patient.birthdate=x', 'SEARCH_INVALID_VALUE'],
    ['AuditEvent?patient.name=x', 'SEARCH_UNSUPPORTED_PARAMETER'],
    ['Patient?_has:AuditEvent:patient:date=2024', 'FHIR_UNKNOWN_RESOURCE_TYPE'],
  ])('%s: %s', (url, code) => {
    expect(codeOf(() => where(url))).toBe(code);
  });

  test('chains are bounded in length and in the ways they may go', () => {
    const hops = (n: number): string =>
      `${'_has:Observation:patient:patient:Patient.'.repeat(n)}name=x`;
    expect(codeOf(() => where(`Patient?${hops(4)}`))).toBeUndefined();
    expect(codeOf(() => where(`Patient?${hops(5)}`))).toBe('SEARCH_CHAIN_TOO_LONG');
    const many = Array.from({ length: 26 }, () => 'subject.name=x').join('&');
    expect(codeOf(() => where(`Observation?${many}`))).toBe('SEARCH_TOO_MANY_CHAINS');
  });

  test('criteria that one resource has to satisfy by itself have no chains', () => {
    for (const query of [
      'Observation?patient.name=x',
      'Patient?_has:Observation:patient:code=x',
      'Patient?_list=x',
      'Patient?_include=Patient:organization',
      'Patient?_filter=name eq "x"',
    ]) {
      expect(codeOf(() => search(query, { alone: true }))).toBe('SEARCH_UNSUPPORTED_PARAMETER');
    }
  });
});

describe('FHIR R4 search#has', () => {
  test('a resource of the type refers to this one; a chain or another _has may follow', () => {
    expect(where('Patient?_has:Observation:patient:code=urn:s|x')).toEqual({
      kind: 'has',
      source: 'Observation',
      param: 'patient',
      where: { kind: 'token', param: 'code', system: 'urn:s', code: 'x' },
    });
    expect(where('Patient?_has:Observation:patient:performer:Practitioner.name=x')).toMatchObject({
      kind: 'has',
      where: { kind: 'chain', target: 'Practitioner' },
    });
    expect(where('Observation?patient._has:Encounter:patient:date=2024')).toMatchObject({
      kind: 'chain',
      where: { kind: 'has', source: 'Encounter', param: 'patient' },
    });
  });

  test.each([
    ['Patient?_has=x', 'SEARCH_INVALID_VALUE'],
    ['Patient?_has:Observation=x', 'SEARCH_INVALID_VALUE'],
    ['Patient?_has:Observation:patient=x', 'SEARCH_INVALID_VALUE'],
    ['Patient?_has:Nonsense:patient:code=x', 'FHIR_UNKNOWN_RESOURCE_TYPE'],
    ['Patient?_has:Observation:nonsense:code=x', 'SEARCH_UNKNOWN_PARAMETER'],
    ['Patient?_has:Observation:code:code=x', 'SEARCH_INVALID_VALUE'],
    ['Organization?_has:Observation:patient:code=x', 'SEARCH_INVALID_VALUE'],
    ['Patient?_has:Observation:patient:nonsense=x', 'SEARCH_UNKNOWN_PARAMETER'],
    ['Patient?_list=$current-problems', 'SEARCH_INVALID_VALUE'],
  ])('%s: %s', (url, code) => {
    expect(codeOf(() => where(url))).toBe(code);
  });

  test('search#list: what stands in a List', () => {
    expect(where('Patient?_list=a,List/b')).toEqual({
      kind: 'has',
      source: 'List',
      param: 'item',
      where: { kind: 'id', ids: ['a', 'b'] },
    });
  });
});
