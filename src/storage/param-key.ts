import { hash } from 'node:crypto';

const keys = (type: string, param: string): number =>
  hash('sha256', `${type}\u0000${param}`, 'buffer').readInt32BE(0);

/** Number that stands for a search parameter of a resource type in the index tables. */
export type ParamKey = (type: string, param: string) => number;

/**
 * Numbers all search parameters of the definitions. The number is derived from the name, so that it needs no table and
 * is the same on every node.
 * @throws TypeError if two parameters of one resource type share a number; the rows of different types never meet.
 */
export function createParamKey(
  parameters: Iterable<readonly [type: string, codes: Iterable<string>]>,
): ParamKey {
  const known = new Map<string, ReadonlyMap<string, number>>();
  for (const [type, codes] of parameters) {
    const byCode = new Map<string, number>();
    const taken = new Map<number, string>();
    for (const code of codes) {
      const key = keys(type, code);
      const other = taken.get(key);
      if (other !== undefined) {
        throw new TypeError(
          `Search parameters ${type}.${code} and ${type}.${other} share a number`,
        );
      }
      taken.set(key, code);
      byCode.set(code, key);
    }
    known.set(type, byCode);
  }
  return (type, param) => known.get(type)?.get(param) ?? keys(type, param);
}
