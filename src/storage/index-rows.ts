import {
  type CompositeValue,
  type IndexValue,
  normalizeString,
  type ReferenceValue,
} from '../search/index-values.ts';
import { compositeParts } from './composite-parts.ts';
import { codeKey, compartmentKey, eachHash, patientMarker, urlKey } from './index-keys.ts';
import type { IndexNaming } from './index-naming.ts';
import { createLabels } from './label-text.ts';
import { quantityRows, type RangeRow } from './quantity-rows.ts';
import type { TextRow } from './text-row.ts';

/** What the index tables hold of one resource. */
export interface IndexRows {
  /** Array literal of the token hashes. */
  readonly tokens: string;
  /** Array literal of the numbers of the token, reference and uri parameters that have a value. */
  readonly params: string;
  /** Hash of the patient in whose compartment the resource is; {@link SEVERAL} where there are more. */
  readonly patient: bigint | null;
  /** Hash of the chief code, whatever its system; {@link SEVERAL} where there are more. */
  readonly code: bigint | null;
  /** The chief date; without one the resource sorts before all others, and `dateHigh` is null. */
  readonly dateLow: number;
  readonly dateHigh: number | null;
  readonly ranges: readonly RangeRow[];
  readonly strings: readonly StringRow[];
  /** What the tokens say in words, by parameter; see `label-text.ts`. */
  readonly labels: string | null;
  /** JSON of the elements of composite parameters; see `composite-parts.ts`. */
  readonly parts: string | null;
  /** What full text finds; null where there is nothing to find. */
  readonly text: TextRow | null;
}

/** Stands for several patients or codes; which ones is said by the tokens. */
export const SEVERAL = 0n;

/** A resource that is found by nothing: a deleted one. */
export const NO_INDEX: IndexRows = {
  tokens: '{}',
  params: '{}',
  patient: null,
  code: null,
  dateLow: -Infinity,
  dateHigh: null,
  ranges: [],
  strings: [],
  labels: null,
  parts: null,
  text: null,
};

/** Row of `resource_string`. */
export interface StringRow {
  readonly param: number;
  readonly value: string;
  readonly exact: string | null;
}

/** btree rows must fit a page; nobody searches by the tail of a longer text. */
export const INDEXED_STRING_LENGTH = 200;

/** Turns index values into the rows that are stored. */
export function indexRows(
  type: string,
  values: readonly IndexValue[],
  patients: readonly string[],
  { hash, paramKey, chief }: IndexNaming,
  text: TextRow | null = null,
): IndexRows {
  const chiefDate = chief.date(type);
  const chiefCode = chief.code(type);
  const onlyPatient = patients.length === 1 ? patients[0] : undefined;
  const codes = new Set<string>();
  let date: { readonly low: number; readonly high: number } | undefined;
  const tokens = new Set<bigint>();
  const params = new Set<number>();
  const ranges: RangeRow[] = [];
  const strings: StringRow[] = [];
  const labels = createLabels();
  const elements: CompositeValue[] = [];
  const add = (key: string): void => {
    tokens.add(hash(key));
  };
  const covered = chief.covered(type);
  for (const value of values) {
    if (covered.has(value.param)) continue;
    const param = paramKey(type, value.param);
    switch (value.kind) {
      case 'token':
      case 'reference':
      case 'uri':
        params.add(param);
        if (onlyPatient !== undefined && isPatient(value, onlyPatient)) {
          params.add(paramKey(type, patientMarker(value.param)));
          if (value.url !== undefined) add(urlKey(type, value.param, value.url));
          break;
        }
        eachHash(type, value, hash, (token) => tokens.add(token));
        if (value.param === chiefCode && value.kind === 'token') codes.add(value.code);
        if (value.kind === 'uri') labels.addUrl(value);
        break;
      case 'label':
        params.add(param);
        labels.add(value);
        break;
      case 'composite':
        params.add(param);
        elements.push(value);
        break;
      case 'date':
      case 'number':
        if (value.param === chiefDate) {
          date = value;
          break;
        }
        ranges.push({ param, low: value.low, high: value.high, unit: null });
        break;
      case 'quantity':
        quantityRows(type, value, { hash, paramKey }).forEach((row) => ranges.push(row));
        break;
      case 'string': {
        const normalized = normalizeString(value.value);
        strings.push({
          param,
          value: cut(normalized),
          exact:
            normalized === value.value && value.value.length <= INDEXED_STRING_LENGTH
              ? null
              : exactForm(value.value),
        });
        break;
      }
    }
  }
  if (onlyPatient === undefined) for (const patient of patients) add(compartmentKey(patient));
  return {
    tokens: `{${[...tokens].join(',')}}`,
    params: `{${[...params].join(',')}}`,
    patient: oneOf(patients, compartmentKey),
    code: oneOf([...codes], (code) => codeKey(type, chiefCode ?? '', code)),
    dateLow: date?.low ?? -Infinity,
    dateHigh: date?.high ?? null,
    ranges,
    strings,
    labels: labels.text(),
    parts: compositeParts(type, elements, { hash, paramKey }),
    text,
  };

  function oneOf(items: readonly string[], key: (item: string) => string): bigint | null {
    const [first] = items;
    if (first === undefined) return null;
    return items.length === 1 ? hash(key(first)) : SEVERAL;
  }
}

function isPatient(value: IndexValue, id: string): value is ReferenceValue {
  return value.kind === 'reference' && value.type === 'Patient' && value.id === id;
}

/** A text that was cut is equal to no searched one: U+FFFF cannot stand in a search value. */
function exactForm(text: string): string {
  return text.length <= INDEXED_STRING_LENGTH ? text : `${cut(text)}\uffff`;
}

/** The part of a text that the index keeps, cut between characters. */
export function cut(text: string): string {
  if (text.length <= INDEXED_STRING_LENGTH) return text;
  const end = INDEXED_STRING_LENGTH;
  const last = text.charCodeAt(end - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? end - 1 : end);
}
