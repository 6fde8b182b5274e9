import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

const SHARED = join(import.meta.dirname, '../../../../shared/data/profiles');

/** Path of a file of the specification data beside the project, or undefined where there is none. */
export function sharedFile(name: string): string | undefined {
  const path = join(SHARED, name);
  return existsSync(path) ? path : undefined;
}

/** JSON resources of a FHIR package or test archive (tar, gzip). */
export function resourcesOf(path: string): { name: string; resource: { resourceType: string } }[] {
  return filesOf(gunzipSync(readFileSync(path))).flatMap(({ name, data }) => {
    if (!name.endsWith('.json') || /outcomes|package\.json|\.index\.json|manifest/.test(name))
      return [];
    const resource = parse(data.toString('utf8').replace(/^\uFEFF/, ''));
    return resource === undefined ? [] : [{ name, resource }];
  });
}

function parse(text: string): { resourceType: string } | undefined {
  try {
    const json: unknown = JSON.parse(text);
    const isResource = typeof json === 'object' && json !== null && 'resourceType' in json;
    return isResource ? (json as { resourceType: string }) : undefined;
  } catch (error) {
    // The HL7 corpus has files that are no JSON on purpose.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function filesOf(tar: Buffer): { name: string; data: Buffer }[] {
  const files: { name: string; data: Buffer }[] = [];
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0; ) {
    const field = (from: number, to: number): string =>
      tar.toString('utf8', at + from, at + to).replace(/\0[^]*$/, '');
    const size = Number.parseInt(field(124, 136), 8);
    const data = tar.subarray(at + 512, at + 512 + size);
    if (field(156, 157) === '0') files.push({ name: `${field(345, 500)}${field(0, 100)}`, data });
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}
