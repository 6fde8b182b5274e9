import {
  type CompositeValue,
  normalizeString,
  type PartValue,
  partName,
} from '../search/index-values.ts';
import { canonicalUnitKey, eachHash, unitKey } from './index-keys.ts';
import type { IndexNaming } from './index-naming.ts';

/**
 * One element of a composite parameter as it stands in the column `parts`, and as `search-sql/composite.ts` asks for it.
 * Tokens, references and uris are hashes, as in the column `tokens`.
 */
export interface StoredElement {
  /** Number of the composite parameter. */
  readonly p: number;
  /** Hashes of all parts; each is of one part only. */
  readonly t: readonly JsonBigInt[];
  /** For each part: intervals `[low, high, hashes of units]`, and strings `[compared, as written]`. */
  readonly v: Readonly<Record<string, readonly (readonly unknown[])[]>>;
  /** For each part: quantities in base units. */
  readonly c: Readonly<Record<string, readonly (readonly unknown[])[]>>;
}

/** A number of 64 bits, which JSON holds and JavaScript does not. */
type JsonBigInt = bigint;

/** The JSON of the elements of all composite parameters of a resource; null where there are none. */
export function compositeParts(
  type: string,
  elements: readonly CompositeValue[],
  naming: Pick<IndexNaming, 'hash' | 'paramKey'>,
): string | null {
  if (elements.length === 0) return null;
  return `[${elements.map((element) => elementText(type, element, naming)).join(',')}]`;
}

function elementText(
  type: string,
  { param, values }: CompositeValue,
  { hash, paramKey }: Pick<IndexNaming, 'hash' | 'paramKey'>,
): string {
  const tokens = new Set<bigint>();
  const stored: Record<string, unknown[][]> = {};
  const canonical: Record<string, unknown[][]> = {};
  const put = (list: Record<string, unknown[][]>, value: PartValue, item: unknown[]): void => {
    const key = partKey(param, value.param);
    list[key] = [...(list[key] ?? []), item];
  };
  for (const value of values) {
    switch (value.kind) {
      case 'token':
      case 'reference':
      case 'uri':
        eachHash(type, value, hash, (token) => tokens.add(token));
        break;
      case 'date':
      case 'number':
        put(stored, value, [ends(value.low), ends(value.high), []]);
        break;
      case 'quantity': {
        const units = value.unit === undefined ? [] : [hash(unitKey(value.unit))];
        if (value.unit !== undefined && value.system !== undefined && value.canonical === undefined)
          units.push(hash(unitKey(value.unit, value.system)));
        put(stored, value, [ends(value.low), ends(value.high), units]);
        if (value.canonical !== undefined) {
          const { low, high, unit } = value.canonical;
          put(canonical, value, [ends(low), ends(high), [hash(canonicalUnitKey(unit))]]);
        }
        break;
      }
      case 'string':
        put(stored, value, [normalizeString(value.value), value.value]);
        break;
    }
  }
  const element: StoredElement = {
    p: paramKey(type, param),
    t: [...tokens],
    v: stored,
    c: canonical,
  };
  return jsonText(element);
}

/** Number of a part, as the key of its values. */
function partKey(composite: string, name: string): string {
  return name.slice(partName(composite, 0).length - 1);
}

/** JSON knows no infinite numbers; PostgreSQL reads the word. */
function ends(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

function jsonText(value: unknown): string {
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([key, member]) => `${JSON.stringify(key)}:${jsonText(member)}`,
  );
  return `{${members.join(',')}}`;
}
