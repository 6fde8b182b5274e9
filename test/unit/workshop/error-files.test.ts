import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { errorFiles } from '../../../scripts/error-files.ts';
import { HOST_ERRORS } from '../../../src/outcome/codes.ts';

const root = join(import.meta.dirname, '../../..');

describe('the reference of errors', () => {
  test('is what `scripts/docs-errors.ts` writes', async () => {
    for (const [name, text] of await errorFiles()) {
      expect([name, await readFile(join(root, name), 'utf8')]).toEqual([name, text]);
    }
  });

  test('names every error of the host, and those of the plugins', async () => {
    const text = await readFile(join(root, 'docs/errors.md'), 'utf8');
    for (const code of Object.keys(HOST_ERRORS)) expect(text).toContain(`| \`${code}\` |`);
    expect(text).toContain('## Of plugins/auth');
  });

  test('no text of an error can carry a secret: placeholders are names of what the caller knows', () => {
    for (const { text } of Object.values(HOST_ERRORS)) {
      expect(text).not.toMatch(/\{(?:token|password|secret|code|value|content)\}/);
    }
  });
});
