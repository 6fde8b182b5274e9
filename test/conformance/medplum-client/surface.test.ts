import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { MedplumClient } from '@medplum/core';

const ROOT = join(import.meta.dirname, '../../..');

/** Methods and accessors of the class that its declaration does not call private. */
async function publicMethods(): Promise<readonly string[]> {
  const declarations = join(
    fileURLToPath(import.meta.resolve('@medplum/core')),
    '../../esm/index.d.ts',
  );
  const text = await readFile(declarations, 'utf8');
  const start = text.indexOf('export declare class MedplumClient ');
  const body = text.slice(start, start + text.slice(start).search(/\n ?export declare /));
  const hidden = new Set(
    [...body.matchAll(/^\s+private (?:readonly )?(\w+)/gm)].map(([, name]) => name),
  );
  return Object.getOwnPropertyNames(MedplumClient.prototype).filter(
    (name) => name !== 'constructor' && !hidden.has(name),
  );
}

describe('docs/medplum.md: what each public method of MedplumClient does here', () => {
  test('no method is missing, none is invented, and each row says works, differs or not offered', async () => {
    const methods = await publicMethods();
    expect(methods.length).toBeGreaterThan(100);
    const text = await readFile(join(ROOT, 'docs/medplum.md'), 'utf8');
    const table = text.slice(text.indexOf('## Each public method'));
    const rows = [...table.matchAll(/^\| `(\w+)` \| ([a-z ]+) \| (.*) \|$/gm)];
    expect(rows.map(([, name]) => name).sort()).toEqual([...methods].sort());
    for (const [, name, state, reason] of rows) {
      expect([name, ['works', 'differs', 'not offered'].includes(String(state))]).toEqual([
        name,
        true,
      ]);
      if (state !== 'works') expect([name, reason]).not.toEqual([name, '']);
    }
  });
});
