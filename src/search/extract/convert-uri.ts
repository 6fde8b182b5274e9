import type { Convert } from './converter.ts';
import { textOf } from './json.ts';

const TYPES = new Set(['uri', 'url', 'canonical', 'oid', 'uuid', 'string']);

/** URIs, as written; a canonical with a version is found with it and without. */
export function uriConverter(type: string): Convert | undefined {
  if (!TYPES.has(type)) return undefined;
  return (value, param, add) => {
    const uri = textOf(value);
    if (uri === undefined) return;
    add({ kind: 'uri', param, value: uri });
    const version = type === 'canonical' ? uri.indexOf('|') : -1;
    if (version > 0) add({ kind: 'uri', param, value: uri.slice(0, version) });
  };
}
