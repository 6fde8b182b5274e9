import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding } from '../billing/rule.ts';
import { absent } from './absent.ts';

/** Runs published Schematron rules. */
export type SchematronValidator = (document: string) => readonly Finding[];

/**
 * Opens a published Schematron file. Meant for the small DiGA rules: the European ones take this engine ten seconds for
 * one invoice, during which nothing else is answered.
 * @returns undefined when the file or the package `node-schematron` is not there
 */
export async function openSchematron(
  ...path: readonly string[]
): Promise<SchematronValidator | undefined> {
  const source = await readFile(join(...path), 'utf8').catch(absent('ENOENT'));
  const library = await import('node-schematron').catch(absent('ERR_MODULE_NOT_FOUND'));
  if (source === undefined || library === undefined) return undefined;
  const schema = library.Schema.fromString(source);
  return (document) =>
    schema.validateString(document, {}).map((result) => {
      const code = result.assertId ?? 'unnamed';
      return {
        code,
        level: code.startsWith('DRE0-UPD-') ? 'information' : 'error',
        text: (result.message ?? '').replace(/\s+/g, ' ').trim(),
        xpath: '/*',
      };
    });
}
