import type { Add, Convert } from './converter.ts';
import { listOf, objectOf, textOf } from './json.ts';

const PLAIN = new Set([
  'string',
  'markdown',
  'code',
  'id',
  'uri',
  'url',
  'canonical',
  'date',
  'dateTime',
  'time',
]);

/** Parts by which a name or address is found. @see https://hl7.org/fhir/R4/search.html#string */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  HumanName: ['text', 'family', 'given', 'prefix', 'suffix'],
  Address: ['text', 'line', 'city', 'district', 'state', 'postalCode', 'country'],
  CodeableConcept: ['text'],
  Coding: ['display'],
  Annotation: ['text'],
};

/** Strings: text as written, and each part of a name or address for itself. */
export function stringConverter(type: string): Convert | undefined {
  if (PLAIN.has(type)) return addString;
  const parts = PARTS[type];
  if (parts === undefined) return undefined;
  return (value, param, add) => {
    const object = objectOf(value);
    for (const part of parts) {
      const item = object?.[part];
      if (typeof item === 'string') addString(item, param, add);
      else for (const text of listOf(item)) addString(text, param, add);
    }
  };
}

function addString(value: unknown, param: string, add: Add): void {
  const text = textOf(value);
  if (text !== undefined) add({ kind: 'string', param, value: text });
}
