import { validateXML } from 'xmllint-wasm';
import { sharedNames, sharedText } from './shared-data.ts';

/**
 * Validates against an official schema with libxml2. The schemas of a set import each other by relative paths, which
 * libxml2 in WebAssembly sees flat, so folders are cut off.
 */
export async function xsdErrors(
  xml: string | Uint8Array,
  folder: string,
  schema: string,
): Promise<readonly string[]> {
  const files = sharedNames(folder)
    .filter((name) => name.endsWith('.xsd'))
    .map((name) => ({
      fileName: flat(name),
      contents: flatLocations(sharedText(`${folder}/${name}`)),
    }));
  const main = files.filter((file) => file.fileName === flat(schema));
  const contents = typeof xml === 'string' ? xml : new TextDecoder().decode(xml);
  const { valid, errors } = await validateXML({
    xml: { fileName: 'document.xml', contents },
    schema: main,
    preload: files.filter((file) => file.fileName !== flat(schema)),
    maxMemoryPages: 8192,
  });
  return valid ? [] : errors.map((error) => error.message);
}

function flat(path: string): string {
  return path.split('/').at(-1) ?? path;
}

function flatLocations(xsd: string): string {
  return xsd.replace(
    /schemaLocation="([^"]*)"/g,
    (_, path: string) => `schemaLocation="${flat(path)}"`,
  );
}
