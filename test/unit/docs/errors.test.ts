import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { HOST_ERRORS } from '../../../src/fhir/outcome/codes.ts';
import type { ErrorTable } from '../../../src/fhir/outcome/fhir-error.ts';
import { ROOT } from '../workshop/source-files.ts';

const text = await readFile(join(ROOT, 'docs/errors.md'), 'utf8');

describe('docs/errors.md', () => {
  test('has every error of the host with its status, issue type, HAPI number and text, and no other', () => {
    const rows = text.split('\n').filter((line) => /^\| `[A-Z_]+` \|/.test(line));
    const expected = Object.entries(HOST_ERRORS as ErrorTable).map(
      ([code, { status, issue, hapi, text: message }]) =>
        `| \`${code}\` | ${String(status)} | ${issue} | ${hapi ?? ''} | ${message} |`,
    );
    expect(rows).toEqual(expected);
  });
});
