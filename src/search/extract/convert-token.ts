import { ofTypeName, typedIdentifier } from '../index-values.ts';
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
 * Beside them stand the words of a concept, a coding or the type of an identifier, for `:text`.
 * A ContactPoint has its `system` (`email`, `phone`) in the place of the system, as HAPI and Medplum have it; R4 names
 * `use` there, which nobody searches by.
 * @see https://hl7.org/fhir/R4/search.html#token
 */
export function tokenConverter(type: string): Convert | undefined {
  if (type === 'Coding') return coding;
  if (type === 'CodeableConcept') return codeableConcept;
  if (type === 'Identifier') return identifier;
  if (type === 'ContactPoint') return valueOfSystem;
  if (PLAIN.has(type)) return (value, param, add) => addToken(param, undefined, value, add);
  if (PRINTED.has(type))
    return (value, param, add) => addToken(param, undefined, String(value), add);
  return undefined;
}

function codeableConcept(value: unknown, param: string, add: Add): void {
  const object = objectOf(value);
  for (const item of listOf(object?.['coding'])) coding(item, param, add);
  addLabel(param, object?.['text'], add);
}

function coding(value: unknown, param: string, add: Add): void {
  const object = objectOf(value);
  addToken(param, object?.['system'], object?.['code'], add);
  addLabel(param, object?.['display'], add);
}

/** An identifier, and for `:of-type` and `:text` what its type says. */
function identifier(value: unknown, param: string, add: Add): void {
  valueOfSystem(value, param, add);
  const object = objectOf(value);
  const type = objectOf(object?.['type']);
  if (type === undefined) return;
  addLabel(param, type['text'], add);
  const text = textOf(object?.['value']);
  if (text === undefined) return;
  for (const item of listOf(type['coding'])) {
    const system = textOf(objectOf(item)?.['system']);
    const code = textOf(objectOf(item)?.['code']);
    if (system === undefined || code === undefined) continue;
    add({ kind: 'uri', param: ofTypeName(param), value: typedIdentifier(system, code, text) });
  }
}

function addLabel(param: string, value: unknown, add: Add): void {
  const text = textOf(value);
  if (text !== undefined) add({ kind: 'label', param, value: text });
}

function valueOfSystem(value: unknown, param: string, add: Add): void {
  const object = objectOf(value);
  addToken(param, object?.['system'], object?.['value'], add);
}

/** Adds system and code, or system and value. */
export function addToken(param: string, system: unknown, code: unknown, add: Add): void {
  const text = textOf(code);
  if (text === undefined) return;
  const space = textOf(system);
  add(
    space === undefined
      ? { kind: 'token', param, code: text }
      : { kind: 'token', param, system: space, code: text },
  );
}
