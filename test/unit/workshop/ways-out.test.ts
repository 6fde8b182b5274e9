import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { ROOT, sourceFiles } from './source-files.ts';

/**
 * Files that may say of a text that it may be seen, and why. All others get such texts from `show.ts`, or do not compile.
 */
const MAY_SAY: Readonly<Record<string, string>> = {
  'src/audit/show-event.ts': 'an AuditEvent is made of a row, and projected there',
  'src/fhir/binary/as-resource.ts': 'takes extensions of the server out of a shown text',
  'src/fhir/graphql/graph-content.ts': 'prints again what was read of a shown text',
  'src/fhir/interactions/batch.ts': 'the body of an answer',
  'src/fhir/interactions/binary-write.ts': 'adds the URL to a shown text',
  'src/fhir/interactions/transaction.ts': 'the body of an answer',
  'src/fhir/narrowed.ts': 'the body of an answer',
  'src/fhir/search-answer.ts': 'a word of warning, made of nothing stored',
  'src/fhir/subset.ts': 'a part of a shown text',
  'src/storage/repository/shown/show.ts': 'shows',
};

test('[R-038] what is stored leaves the store through one door: nobody else calls a text a shown one', async () => {
  const found: string[] = [];
  for (const file of sourceFiles('src', 'plugins', 'bots')) {
    const text = await readFile(join(ROOT, file), 'utf8');
    const says = /\bshownText\b|\bas (?:unknown as )?ShownText\b/.test(text);
    if (says && !file.endsWith('/shown-text.ts')) found.push(file);
  }
  expect(found.toSorted()).toEqual(Object.keys(MAY_SAY).toSorted());
});
