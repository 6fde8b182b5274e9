import type { Add, Convert } from './converter.ts';
import { listOf, objectOf, textOf } from './json.ts';

const PLAIN = new Set([
  'code',
  'string',
  'id',
  'uri',
  'url',
  'canonical',
  'oid',
  'uuid',
  'markdown',
]);
const PRINTED = new Set(['boolean', 'integer', 'positiveInt', 'unsignedInt', 'decimal']);

/**
 * Tokens: the codings of a CodeableConcept, system and value of an Identifier, a plain code without its implied system.
 * A ContactPoint has its `system` (`email`, `phone`) in the place of the system, as HAPI and Medplum have it; R4 names
 * `use` there, which nobody searches by.
 * @see https://hl7.org/fhir/R4/search.html#token
 */
export function tokenConverter(type: string): Convert | undefined {
  if (type === 'Coding') return coding;
  if (type === 'CodeableConcept') return codeableConcept;
  if (type === 'Identifier' || type === 'ContactPoint') return valueOfSystem;
  if (PLAIN.has(type)) return (value, param, add) => addToken(param, undefined, value, add);
  if (PRINTED.has(type))
    return (value, param, add) => addToken(param, undefined, String(value), add);
  return undefined;
}

function codeableConcept(value: unknown, param: string, add: Add): void {
  for (const item of listOf(objectOf(value)?.['coding'])) coding(item, param, add);
}

function coding(value: unknown, param: string, add: Add): void {
  const object = objectOf(value);
  addToken(param, object?.['system'], object?.['code'], add);
}

function valueOfSystem(value: unknown, param: string, add: Add): void {
  const object = objectOf(value);
  addToken(param, object?.['system'], object?.['value'], add);
}

function addToken(param: string, system: unknown, code: unknown, add: Add): void {
  const text = textOf(code);
  if (text === undefined) return;
  const space = textOf(system);
  add(
    space === undefined
      ? { kind: 'token', param, code: text }
      : { kind: 'token', param, system: space, code: text },
  );
}
