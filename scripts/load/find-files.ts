import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Folders of a FHIR package that hold instances; the rest of it are definitions. */
const EXAMPLES: ReadonlySet<string> = new Set(['example', 'examples']);

/** Files that say something about others. */
const ABOUT_OTHERS: ReadonlySet<string> = new Set(['package.json', '.index.json', '.index.db']);

/** Levels of folders that are gone into. */
const DEEPEST = 32;

/**
 * Finds the files of a path in the order of their names. Of a FHIR package (a folder with a `package.json`) only the
 * examples count. Links inside a folder are not followed.
 * @throws TypeError if there is nothing at the path
 * @see https://confluence.hl7.org/display/FHIR/NPM+Package+Specification
 */
export async function* findFiles(path: string, level = 0): AsyncGenerator<string> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new TypeError(`There is nothing to read at ${path}.`, { cause });
  });
  if (!found.isDirectory()) {
    yield path;
    return;
  }
  if (level > DEEPEST) return;
  const entries = (await readdir(path, { withFileTypes: true })).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
  const isPackage = entries.some(({ name }) => name === 'package.json');
  for (const entry of entries) {
    if (entry.isDirectory()) {
      if (!isPackage || EXAMPLES.has(entry.name))
        yield* findFiles(join(path, entry.name), level + 1);
    } else if (entry.isFile() && !isPackage && !ABOUT_OTHERS.has(entry.name)) {
      yield join(path, entry.name);
    }
  }
}
