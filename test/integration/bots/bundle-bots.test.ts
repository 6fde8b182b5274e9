import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { bundleBots } from '../../../scripts/bundle-bots.ts';
import { botFolder } from './bot-folder.ts';

describe('bundled bots', () => {
  test('each is one CommonJS file that exports handler and runs', async () => {
    const source = `import { createReference } from '@medplum/core';
      import { bold } from './bold.ts';
      export async function handler(_medplum: unknown, event: { input: any }) {
        return [createReference(event.input).reference, bold];
      }`;
    const directory = await botFolder({ a: { source }, b: {} });
    const { writeFile } = await import('node:fs/promises');
    await writeFile(join(directory, 'a', 'bold.ts'), "export const bold: string = 'own file';");
    // Inside the project, so that `require` finds @medplum/core as it does in Medplum's runtimes.
    const out = new URL(`../../../.diga/test-bundles-${String(process.pid)}`, import.meta.url)
      .pathname;
    try {
      expect(await bundleBots(directory, out)).toEqual(['a', 'b']);
      const { handler } = createRequire(import.meta.url)(join(out, 'a.cjs')) as {
        handler: (medplum: unknown, event: unknown) => Promise<unknown>;
      };
      const input = { resourceType: 'Patient', id: 'p' };
      expect(await handler(undefined, { input })).toEqual(['Patient/p', 'own file']);
    } finally {
      await rm(out, { recursive: true, force: true });
      await rm(directory, { recursive: true });
    }
  });
});
