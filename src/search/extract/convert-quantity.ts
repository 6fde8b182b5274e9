import type { CanonicalQuantity, QuantityValue } from '../index-values.ts';
import { canonicalUnit, UCUM } from '../ucum/canonical.ts';
import type { Add, Convert } from './converter.ts';
import { rangeOf } from './convert-number.ts';
import { type JsonObject, objectOf, textOf } from './json.ts';

const QUANTITIES = new Set(['Quantity', 'Age', 'Count', 'Distance', 'Duration']);
const CURRENCIES = 'urn:iso:std:iso:4217';

/**
 * Quantities: a point as with numbers, or the open interval that the comparator says (`< 5` is everything up to 5);
 * Money with its currency; a unit of UCUM also in base units; a Range with the unit of its ends. SampledData is a curve, not a quantity, and is not indexed.
 * @see https://hl7.org/fhir/R4/search.html#quantity
 */
export function quantityConverter(type: string): Convert | undefined {
  if (QUANTITIES.has(type)) return quantity;
  if (type === 'Money') return money;
  return type === 'Range' ? range : undefined;
}

function quantity(value: unknown, param: string, add: Add): void {
  const object = objectOf(value);
  const number = object?.['value'];
  if (object === undefined || typeof number !== 'number') return;
  const comparator = textOf(object['comparator']) ?? '';
  const low = comparator.startsWith('<') ? Number.NEGATIVE_INFINITY : number;
  const high = comparator.startsWith('>') ? Number.POSITIVE_INFINITY : number;
  add({ kind: 'quantity', param, low, high, ...unitOf(object), ...canonicalOf(object, low, high) });
}

function money(value: unknown, param: string, add: Add): void {
  const object = objectOf(value);
  const number = object?.['value'];
  if (typeof number !== 'number') return;
  const currency = textOf(object?.['currency']);
  const unit = currency === undefined ? {} : { system: CURRENCIES, unit: currency };
  add({ kind: 'quantity', param, low: number, high: number, ...unit });
}

function range(value: unknown, param: string, add: Add): void {
  const interval = rangeOf(value);
  const object = objectOf(value);
  const end = objectOf(object?.['low']) ?? objectOf(object?.['high']);
  if (interval === undefined || end === undefined) return;
  const canonical = canonicalOf(end, interval.low, interval.high);
  add({ kind: 'quantity', param, ...interval, ...unitOf(end), ...canonical });
}

/** The same in base units, if the unit is one of UCUM. */
function canonicalOf(
  object: JsonObject,
  low: number,
  high: number,
): { readonly canonical?: CanonicalQuantity } {
  if (object['system'] !== UCUM) return {};
  const code = textOf(object['code']);
  const unit = code === undefined ? undefined : canonicalUnit(code);
  if (unit === undefined) return {};
  const convert = (end: number): number => (Number.isFinite(end) ? unit.convertNumber(end) : end);
  const converted = convert(low);
  return {
    canonical: { low: converted, high: high === low ? converted : convert(high), unit: unit.unit },
  };
}

function unitOf(object: JsonObject): Pick<QuantityValue, 'system' | 'unit'> {
  const code = textOf(object['code']);
  const unit = code ?? textOf(object['unit']);
  const system = code === undefined ? undefined : textOf(object['system']);
  return {
    ...(system === undefined ? {} : { system }),
    ...(unit === undefined ? {} : { unit }),
  };
}
