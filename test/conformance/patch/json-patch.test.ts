import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { applyJsonPatch, readJsonPatch } from '../../../src/json/patch.ts';
import { NO_OFFICIAL_DATA, skipNote } from '../../support/skip-note.ts';

const SUITE = join(
  import.meta.dirname,
  '../../../../shared/data/profiles/hl7-tests/patch-r4/json-patch-tests.json',
);
const there = existsSync(SUITE);

interface Case {
  readonly comment: string;
  readonly doc: unknown;
  readonly patch: unknown;
  readonly expected?: unknown;
}

const cases = there ? (JSON.parse(readFileSync(SUITE, 'utf8')) as Case[]) : [];

(there ? describe : describe.skip)(
  `RFC 6902: the cases of the HL7 suite${skipNote(there ? undefined : NO_OFFICIAL_DATA)}`,
  () => {
    test('the suite has its 16 cases', () => {
      expect(cases).toHaveLength(16);
    });

    test.each(cases.map((item, index) => [`${String(index)} ${item.comment}`, item] as const))(
      '%s',
      (_name, { doc, patch, expected }) => {
        const apply = () => applyJsonPatch(structuredClone(doc), readJsonPatch(patch));
        if (expected === undefined) expect(apply).toThrow(/patch/);
        else expect(apply()).toEqual(expected);
      },
    );
  },
);
