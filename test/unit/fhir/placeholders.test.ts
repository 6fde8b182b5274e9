import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  conditionalReferences,
  hasPlaceholder,
  resolveInCriteria,
  resolveReferences,
} from '../../../src/fhir/interactions/placeholders.ts';

const links = (targets: Record<string, string>, conditional: Record<string, string> = {}) => ({
  targets: new Map(Object.entries(targets)),
  conditional: new Map(Object.entries(conditional)),
});

describe('FHIR R4 http#trules: placeholders', () => {
  test('what has none stays the very same object', () => {
    const resource = { a: [{ reference: 'Patient/1' }], value: 'urn:uuid:1' };
    expect(resolveReferences(resource, links({ 'urn:uuid:1': 'Patient/2' }))).toBe(resource);
  });

  test('property: the original is never changed, whatever is replaced', () => {
    const leaf = fc.oneof(fc.constantFrom('urn:uuid:1', 'x', 'Patient/9'), fc.integer());
    const { node } = fc.letrec((tie) => ({
      node: fc.oneof(
        leaf,
        fc.array(tie('node'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom('reference', 'uri', 'value', 'a'), tie('node'), {
          maxKeys: 3,
        }),
      ),
    }));
    fc.assert(
      fc.property(node, (resource) => {
        const before = JSON.stringify(resource);
        const after = resolveReferences(resource, links({ 'urn:uuid:1': 'Patient/2' }));
        expect(JSON.stringify(resource)).toBe(before);
        const left = /"(\w+)":(?:\[[^{\]]*)?"urn:uuid:1"/.exec(JSON.stringify(after));
        if (left !== null) expect(left[1]).toBe('value');
      }),
    );
  });

  test('a placeholder of nobody is an error in a reference and a uri anywhere else', () => {
    expect(() => resolveReferences({ subject: { reference: 'urn:uuid:no' } }, links({}))).toThrow(
      /names no entry/,
    );
    expect(resolveReferences({ url: 'urn:uuid:no' }, links({}))).toEqual({ url: 'urn:uuid:no' });
  });

  test('criteria: found encoded or not, replaced once decoded', () => {
    expect(hasPlaceholder('subject=urn%3Auuid%3A1')).toBe(true);
    expect(hasPlaceholder('subject=urn:oid:1.2')).toBe(true);
    expect(hasPlaceholder('subject=Patient/1')).toBe(false);
    expect(resolveInCriteria('urn:uuid:1', new Map([['urn:uuid:1', 'Patient/2']]))).toBe(
      'Patient/2',
    );
  });

  test('conditional references are found at any depth', () => {
    const found = conditionalReferences({
      subject: { reference: 'Patient?identifier=a' },
      list: [{ deep: { reference: 'Group?code=b' } }, { reference: 'Patient/1' }],
      display: 'Patient?identifier=c',
    });
    expect([...found]).toEqual(['Patient?identifier=a', 'Group?code=b']);
  });
});
