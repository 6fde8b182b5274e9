import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding } from '../billing/rule.ts';
import { absent } from './absent.ts';

/** Runs published Schematron rules. */
export type SchematronValidator = (document: string) => readonly Finding[];

/** Codes that the validator configuration of the DiGA procedure downgrades. */
const WARNINGS: ReadonlySet<string> = new Set([
  'BR-CL-01',
  'BR-CL-10',
  'BR-CL-23',
  'BR-CL-25',
  'BR-CL-26',
]);

/** Tests whose code list gets the schemes of the DiGA procedure. */
const PATCHED = /<assert id="BR-CL-(?:10|11|21)"/;

/**
 * Opens a published Schematron file.
 * @returns undefined when the file or the package `node-schematron` is not there
 */
export async function openSchematron(
  ...path: readonly string[]
): Promise<SchematronValidator | undefined> {
  const source = await readFile(join(...path), 'utf8').catch(absent('ENOENT'));
  const library = await import('node-schematron').catch(absent('ERR_MODULE_NOT_FOUND'));
  if (source === undefined || library === undefined) return undefined;
  const schema = library.Schema.fromString(withDigaSchemes(source));
  return (document) =>
    schema.validateString(document, {}).map((result) => {
      const code = result.assertId ?? 'unnamed';
      return {
        code,
        level: code.startsWith('DRE0-UPD-')
          ? 'information'
          : WARNINGS.has(code)
            ? 'warning'
            : 'error',
        text: (result.message ?? '').replace(/\s+/g, ' ').trim(),
        xpath: '/*',
      };
    });
}

/** The DiGA procedure adds XR01, XR02 and XR03 to the ISO 6523 lists of the European rules. */
function withDigaSchemes(source: string): string {
  return source
    .split('\n')
    .map((line) =>
      PATCHED.test(line) ? line.replaceAll("' 0002 ", "' XR01 XR02 XR03 0002 ") : line,
    )
    .join('\n');
}
