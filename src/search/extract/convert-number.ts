import type { Convert } from './converter.ts';
import { objectOf } from './json.ts';

const NUMBERS = new Set(['decimal', 'integer', 'positiveInt', 'unsignedInt']);

/**
 * Numbers. A stored number is the point it says, `low` = `high`: R4 gives an implicit range of half the last digit only
 * to the number that is searched for, and so do HAPI and Microsoft's server. A Range covers what lies between its ends.
 * @see https://hl7.org/fhir/R4/search.html#number
 */
export function numberConverter(type: string): Convert | undefined {
  if (NUMBERS.has(type)) {
    return (value, param, add) => {
      if (typeof value === 'number') add({ kind: 'number', param, low: value, high: value });
    };
  }
  if (type !== 'Range') return undefined;
  return (value, param, add) => {
    const range = rangeOf(value);
    if (range !== undefined) add({ kind: 'number', param, low: range.low, high: range.high });
  };
}

/** Ends of a Range; an absent end is open. */
export function rangeOf(
  value: unknown,
): { readonly low: number; readonly high: number } | undefined {
  const range = objectOf(value);
  const low = objectOf(range?.['low'])?.['value'];
  const high = objectOf(range?.['high'])?.['value'];
  if (typeof low !== 'number' && typeof high !== 'number') return undefined;
  return {
    low: typeof low === 'number' ? low : Number.NEGATIVE_INFINITY,
    high: typeof high === 'number' ? high : Number.POSITIVE_INFINITY,
  };
}
