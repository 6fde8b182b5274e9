import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { absent } from './absent.ts';

/** A violation of a schema. */
export interface XsdViolation {
  readonly text: string;
  /** Line of the document, from 1. */
  readonly line: number;
}

/** Validates documents against the published schemas. */
export interface XsdValidator {
  /** @param schema file name of the schema, such as `EDFC0-Pruefung_3.0.0.xsd` */
  validate(schema: string, document: Uint8Array): Promise<readonly XsdViolation[]>;
}

const MAX_VIOLATIONS = 50;
// 64 MiB of WebAssembly memory: CII with its code lists needs more than the default.
const MEMORY_PAGES = 1024;

/**
 * Opens a directory of XML schemas. Files are found by name anywhere below it and must have different names; imports
 * lead by file name, never to the network.
 * @returns undefined when the directory or the package `xmllint-wasm` is not there
 */
export async function openXsdValidator(directory: string): Promise<XsdValidator | undefined> {
  const files = await findSchemas(directory);
  const xmllint = await import('xmllint-wasm').catch(absent('ERR_MODULE_NOT_FOUND'));
  if (files.size === 0 || xmllint === undefined) return undefined;
  return {
    async validate(schema, document) {
      const [main, ...imported] = await readWithImports(schema, files);
      if (main === undefined) throw new TypeError(`There is no schema ${schema}`);
      const result = await xmllint.validateXML({
        xml: [{ fileName: 'document.xml', contents: document }],
        schema: [main],
        preload: imported,
        initialMemoryPages: MEMORY_PAGES,
        maxMemoryPages: MEMORY_PAGES * 4,
      });
      return result.errors.slice(0, MAX_VIOLATIONS).map((error) => ({
        text: error.message.trim(),
        line: error.loc?.lineNumber ?? 1,
      }));
    },
  };
}

async function findSchemas(directory: string): Promise<ReadonlyMap<string, string>> {
  const entries =
    (await readdir(directory, { recursive: true, withFileTypes: true }).catch(absent('ENOENT'))) ??
    [];
  return new Map(
    entries
      .filter((entry) => entry.isFile() && entry.name.endsWith('.xsd'))
      .map((entry) => [entry.name, join(entry.parentPath, entry.name)]),
  );
}

interface SchemaFile {
  readonly fileName: string;
  readonly contents: string;
}

/** The schema and everything it imports, with imports rewritten to bare file names. */
async function readWithImports(
  schema: string,
  files: ReadonlyMap<string, string>,
): Promise<readonly SchemaFile[]> {
  const read = new Map<string, SchemaFile>();
  const open = [schema];
  for (let fileName = open.pop(); fileName !== undefined; fileName = open.pop()) {
    const path = files.get(fileName);
    if (path === undefined || read.has(fileName)) continue;
    const contents = (await readFile(path, 'utf8')).replace(
      /schemaLocation="([^"]+)"/g,
      (_all, location: string) => `schemaLocation="${basename(location)}"`,
    );
    read.set(fileName, { fileName, contents });
    for (const [, location = ''] of contents.matchAll(/schemaLocation="([^"]+)"/g)) {
      open.push(location);
    }
  }
  return [...read.values()];
}
