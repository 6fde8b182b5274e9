import { fhirError } from '../../outcome/codes.ts';
import type { IndexValue } from '../index-values.ts';
import type { Add } from './converter.ts';

/** Values up to which comparing each with each is cheaper than hashing. */
const FEW = 16;

/** Values that one resource may have: each is a row or a key of the index. */
export const MAX_VALUES = 10_000;
/** The same, counted before repeated ones are left out, because looking at them takes time as well. */
const MAX_OFFERED = 100_000;

/** Takes the values of one parameter after the other, each value once. */
export interface Collector {
  /** Begins with the next parameter. */
  begin(): void;
  readonly add: Add;
}

/**
 * A collector that appends to a list. A CodeSystem has thousands of values under one parameter, most others have one.
 * @throws FhirError from `add`: `FHIR_TOO_MANY_VALUES`
 */
export function createCollector(values: IndexValue[]): Collector {
  let start = 0;
  let offered = 0;
  let keys: Set<string> | undefined;
  const isKnown = (value: IndexValue): boolean => {
    if (values.length - start < FEW) return isAmong(value, values, start);
    keys ??= new Set(values.slice(start).map(keyOf));
    const before = keys.size;
    return keys.add(keyOf(value)).size === before;
  };
  return {
    begin() {
      start = values.length;
      keys = undefined;
    },
    add(value) {
      offered += 1;
      if (offered > MAX_OFFERED) throw tooMany(MAX_OFFERED);
      if (values.length > start && isKnown(value)) return;
      if (values.length >= MAX_VALUES) throw tooMany(MAX_VALUES);
      values.push(value);
    },
  };
}

function tooMany(limit: number) {
  return fhirError('FHIR_TOO_MANY_VALUES', { limit, what: 'values under its search parameters' });
}

function isAmong(value: IndexValue, values: readonly IndexValue[], start: number): boolean {
  for (let index = start; index < values.length; index += 1) {
    const known = values[index];
    if (known !== undefined && same(known, value)) return true;
  }
  return false;
}

/** Equality of two values of one parameter and of what stands beside it, field by field, because it runs for every value of every resource. */
function same(a: IndexValue, b: IndexValue): boolean {
  switch (a.kind) {
    case 'token':
      return (
        b.kind === 'token' && a.code === b.code && a.system === b.system && a.param === b.param
      );
    case 'reference':
      return b.kind === 'reference' && a.id === b.id && a.type === b.type && a.url === b.url;
    case 'string':
    case 'uri':
    case 'label':
      return b.kind === a.kind && a.param === b.param && a.value === b.value;
    case 'date':
    case 'number':
      return b.kind === a.kind && a.low === b.low && a.high === b.high;
    case 'quantity':
    case 'composite':
      return b.kind === a.kind && keyOf(a) === keyOf(b);
  }
}

function keyOf(value: IndexValue): string {
  switch (value.kind) {
    case 'token':
      return JSON.stringify([value.param, value.system, value.code]);
    case 'reference':
      return JSON.stringify([value.type, value.id, value.url]);
    case 'string':
    case 'uri':
    case 'label':
      return JSON.stringify([value.kind, value.param, value.value]);
    case 'date':
    case 'number':
      return `${value.low} ${value.high}`;
    case 'quantity':
      // The same in base units follows from these.
      return JSON.stringify([`${value.low} ${value.high}`, value.system, value.unit]);
    case 'composite':
      return JSON.stringify(value.values.map((part) => [part.param, keyOf(part)]));
  }
}
