import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createPseudonyms } from '../../../../src/access/pseudonym/pseudonyms.ts';
import { LONGEST_TEXT_ID } from '../../../../src/access/pseudonym/text-cipher.ts';

const master = createHash('sha256').update('a key of the test').digest();
const project = createPseudonyms(master);
const FHIR_ID = /^[A-Za-z0-9\-.]{1,64}$/;

const ids = fc.oneof(
  fc.uuid(),
  fc.stringMatching(new RegExp(`^[A-Za-z0-9.-]{1,${String(LONGEST_TEXT_ID)}}$`)),
);
const types = fc.constantFrom('Patient', 'Observation', 'Encounter');

describe('pseudonyms of a project', () => {
  test('[R-133] each id has one pseudonym, which is a FHIR id and leads back to it', () => {
    const { conceal, reveal } = project('study-a');
    fc.assert(
      fc.property(types, ids, (type, id) => {
        const pseudonym = conceal(type, id) ?? '';
        expect(pseudonym).toMatch(FHIR_ID);
        expect(pseudonym).not.toBe(id);
        expect(conceal(type, id)).toBe(pseudonym);
        expect(reveal(type, pseudonym)).toBe(id);
      }),
    );
  });

  test('two ids never share a pseudonym', () => {
    const { conceal } = project('study-a');
    fc.assert(
      fc.property(fc.uniqueArray(ids, { minLength: 2, maxLength: 60 }), (many) => {
        expect(new Set(many.map((id) => conceal('Patient', id))).size).toBe(many.length);
      }),
    );
  });

  test('projects, types and databases have nothing in common', () => {
    const other = createPseudonyms(createHash('sha256').update('another key').digest());
    fc.assert(
      fc.property(ids, (id) => {
        const names = [
          project('study-a').conceal('Patient', id),
          project('study-b').conceal('Patient', id),
          project('study-a').conceal('Observation', id),
          other('study-a').conceal('Patient', id),
        ];
        expect(new Set(names).size).toBe(names.length);
      }),
    );
  });

  test('what another project calls a resource leads nowhere', () => {
    fc.assert(
      fc.property(ids, (id) => {
        const foreign = project('study-b').conceal('Patient', id) ?? '';
        expect(project('study-a').reveal('Patient', foreign)).not.toBe(id);
      }),
    );
  });

  test('a raw id leads to no resource of that id', () => {
    const { reveal } = project('study-a');
    fc.assert(
      fc.property(ids, (id) => {
        expect(reveal('Patient', id)).not.toBe(id);
      }),
    );
  });

  test('what is no pseudonym is said back as it was, and can be no id', () => {
    const { conceal, reveal } = project('study-a');
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9.-]{1,64}$/), (text) => {
        const id = reveal('Patient', text);
        expect(conceal('Patient', id)).toBe(text);
        if (id.startsWith('!')) expect(id).not.toMatch(FHIR_ID);
      }),
    );
  });

  test('a changed pseudonym of a chosen id is recognised', () => {
    const { conceal, reveal } = project('study-a');
    const pseudonym = conceal('Patient', 'sandbox-patient') ?? '';
    for (let place = 1; place < pseudonym.length; place += 1) {
      const letter = pseudonym[place] === 'x' ? 'y' : 'x';
      const changed = pseudonym.slice(0, place) + letter + pseudonym.slice(place + 1);
      expect(reveal('Patient', changed)).toBe(`!${changed}`);
    }
  });

  test('an id that is too long has no pseudonym', () => {
    expect(project('study-a').conceal('Patient', 'x'.repeat(LONGEST_TEXT_ID + 1))).toBeUndefined();
    expect(project('study-a').conceal('Patient', 'x'.repeat(LONGEST_TEXT_ID))).toHaveLength(64);
  });

  test('vocabulary keeps its ids', () => {
    expect(project('study-a').conceal('ValueSet', 'yes-no')).toBe('yes-no');
    expect(project('study-a').reveal('ValueSet', 'yes-no')).toBe('yes-no');
  });
});
