import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  DEEDS,
  deedOf,
  INTERACTION_DEEDS,
  SECURITY_DEEDS,
} from '../../../src/audit/access-log/deed.ts';
import type { LogEntry } from '../../../src/audit/access-log/group-rows.ts';
import { sentence } from '../../../src/audit/access-log/sentence.ts';
import { LANGUAGES, wordsFor } from '../../../src/audit/words/language.ts';
import { interactionsOfAction } from '../../../src/audit/restful-interaction.ts';

const ROOT = join(import.meta.dirname, '../../..');
const all = [...LANGUAGES.values()];

/** DCM codes that the product's own code puts on the ledger. */
function codesInSource(): readonly string[] {
  const files = ['src', 'plugins'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.includes('/test/'))
      .map((name) => join(ROOT, folder, name)),
  );
  const found = files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/[tT]ype: '(110\d{3})'/g)].map(
      ([, code]) => code ?? '',
    ),
  );
  return [...new Set(found)];
}

describe('the words of the plain access log', () => {
  test('there are German and English ones', () => {
    expect([...LANGUAGES.keys()]).toEqual(['de', 'en']);
  });

  test.each([
    'patient',
    'related-person',
    'clinician',
    'break-glass',
    'integration-partner',
    'researcher',
  ])('every type of the role %s has words, so that no log names one of FHIR', (role) => {
    const file = join(ROOT, 'access-policies', `${role}.json`);
    const { resource } = JSON.parse(readFileSync(file, 'utf8')) as {
      resource: { resourceType: string }[];
    };
    const identities = ['Practitioner', 'PractitionerRole'];
    const shown = resource
      .map(({ resourceType }) => resourceType)
      .filter((type) => !identities.includes(type));
    expect(shown.length).toBeGreaterThan(1);
    for (const { types } of all) expect(shown.filter((type) => !(type in types))).toEqual([]);
  });

  test.each(['deeds', 'roles', 'identities', 'types', 'purposes', 'verbs'] as const)(
    'all languages have the same %s',
    (table) => {
      const [first, ...others] = all.map((words) => Object.keys(words[table]).sort());
      for (const keys of others) expect(keys).toEqual(first);
    },
  );

  test('[R-272] [R-273] every security event that the product records has words of its own', () => {
    const codes = codesInSource();
    expect(codes.length).toBeGreaterThan(6);
    expect(codes.filter((code) => !Object.hasOwn(SECURITY_DEEDS, code))).toEqual([]);
  });

  test('every interaction of FHIR has words of its own', () => {
    const interactions = ['C', 'R', 'U', 'D'].flatMap(
      (action) => interactionsOfAction(action).only ?? [],
    );
    expect(interactions.filter((name) => !Object.hasOwn(INTERACTION_DEEDS, name))).toEqual([]);
  });

  test('every deed is told in whole sentences, whoever did what', () => {
    const entry = fc.record({
      when: fc.constant('2026-11-22T09:15:00.000Z'),
      deed: fc.constantFrom(...DEEDS),
      outcome: fc.constantFrom('done', 'refused', 'failed'),
      agent: fc.constantFrom('Patient/a', 'Practitioner/b', 'Bot/c', 'Device/d', 'Nothing/e'),
      roles: fc.subarray(['patient', 'clinician', 'unknown-role']),
      types: fc.subarray(['Observation', 'Consent', 'SomethingNew']),
      operations: fc.subarray(['get-resource-counts']),
      purpose: fc.constantFrom('TREAT', 'BTG', 'UNKNOWN'),
      resources: fc.nat(),
      seq: fc.constant('1'),
    }) as fc.Arbitrary<LogEntry>;
    const actor = fc.record({ self: fc.boolean(), patient: fc.boolean() });
    fc.assert(
      fc.property(entry, actor, fc.constantFrom(...all), (one, who, words) => {
        const text = sentence(one, who, words);
        expect(text).not.toMatch(/[{}]|undefined|\.\.| {2}/);
        expect(text).toMatch(/^\S.*\.$/);
      }),
    );
  });

  test('any text is a deed or an operation, never a failure', () => {
    fc.assert(
      fc.property(fc.string(), fc.option(fc.string(), { nil: undefined }), (interaction, type) => {
        const row = { interaction, ...(type === undefined ? {} : { securityType: type }) };
        expect(DEEDS).toContain(deedOf(row));
      }),
    );
  });

  test.each([
    ['en', 'en'],
    ['de-AT,de;q=0.9,en;q=0.8', 'de'],
    ['fr, en;q=0.5, de;q=0.1', 'en'],
    ['fr', 'de'],
    ['en;q=0, de', 'de'],
    [undefined, 'de'],
  ])('Accept-Language %s gives %s', (header, language) => {
    expect(wordsFor(header).language).toBe(language);
  });
});

test('an entry says when, who, what and why', () => {
  const entry: LogEntry = {
    when: '2026-11-22T09:15:00.000Z',
    deed: 'read',
    outcome: 'done',
    agent: 'Practitioner/x',
    roles: ['clinician'],
    types: ['Condition', 'Observation'],
    operations: [],
    purpose: 'TREAT',
    resources: 3,
    seq: '1',
  };
  const actor = {
    self: false,
    patient: false,
    staff: 'ABCD-EFGH',
    organization: 'Praxis am Markt',
  };
  const told = (language: string, one: LogEntry) => sentence(one, actor, wordsFor(language));
  expect(told('de', entry)).toBe(
    '22. November 2026 um 10:15: Eine behandelnde Person (Kennung ABCD-EFGH, Organisation Praxis am Markt) hat Diagnosen und Messwerte und Beobachtungen gelesen (Grund: zur Behandlung).',
  );
  expect(told('en', { ...entry, outcome: 'refused' })).toBe(
    'November 22, 2026 at 10:15 AM: A clinician (code ABCD-EFGH, organisation Praxis am Markt) tried to read diagnoses and measurements and observations (reason: for treatment). That was refused.',
  );
});
