import { parseDateTime } from './date-time.ts';
import { noteLocalReference } from './contained.ts';
import { type ValidationState, report } from './state.ts';
import { CONTROL, charactersOf, LONE_SURROGATE, VISIBLE, WHITESPACE } from './characters.ts';
import { xhtmlFault } from './xhtml.ts';

/** Checks one JSON value where it stands. */
export type ValueCheck = (value: unknown, state: ValidationState) => void;

/** Characters of a string at most. @see https://hl7.org/fhir/R4/datatypes.html#string */
const MAX_STRING = 1_048_576;
const UNFIT = CONTROL | LONE_SURROGATE;
const MAX_INTEGER = 2_147_483_647;

const CODE_FAULT = /^\s|\s$|\s\s/;
const ID = /^[A-Za-z0-9\-.]{1,64}$/;
const OID = /^urn:oid:[0-2](?:\.(?:0|[1-9][0-9]*))+$/;
const UUID = /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const TIME = /^(?:[01][0-9]|2[0-3]):[0-5][0-9]:(?:[0-5][0-9]|60)(?:\.[0-9]+)?$/;

/**
 * Checks of the primitive types, by type code.
 * @see https://hl7.org/fhir/R4/datatypes.html#primitive
 */
export const PRIMITIVES: ReadonlyMap<string, ValueCheck> = new Map<string, ValueCheck>([
  ['boolean', ofType('boolean', () => true, 'true or false')],
  ['integer', integer(-MAX_INTEGER - 1)],
  ['unsignedInt', integer(0)],
  ['positiveInt', integer(1)],
  ['decimal', ofType('number', Number.isFinite, 'a decimal number')],
  ['string', text],
  ['markdown', text],
  ['code', code],
  ['id', formatted((value) => ID.test(value), 'an id: 1 to 64 of A-Z a-z 0-9 - .')],
  ['uri', link],
  ['url', link],
  ['canonical', link],
  ['oid', formatted((value) => OID.test(value), 'an OID such as urn:oid:1.2.3')],
  [
    'uuid',
    formatted((value) => UUID.test(value), 'a UUID such as urn:uuid: and 36 lower-case characters'),
  ],
  ['date', formatted(isDate, 'a date: YYYY, YYYY-MM or YYYY-MM-DD')],
  ['dateTime', formatted(isDateTime, 'a date, or a date with time and zone')],
  ['instant', formatted(isInstant, 'a date with time and zone')],
  ['time', formatted((value) => TIME.test(value), 'a time: hh:mm:ss')],
  ['base64Binary', base64],
  ['xhtml', xhtml],
]);

function ofType(
  type: 'boolean' | 'number',
  fits: (value: never) => boolean,
  expected: string,
): ValueCheck {
  return (value, state) => {
    if (typeof value !== type || !fits(value as never))
      report(state, 'value', `Expected ${expected}`);
  };
}

function integer(min: number): ValueCheck {
  return ofType(
    'number',
    (value: number) => Number.isInteger(value) && value >= min && value <= MAX_INTEGER,
    `a whole number from ${min} to ${MAX_INTEGER}`,
  );
}

function text(value: unknown, state: ValidationState): void {
  readString(value, state);
}

/** Kinds of characters of a good string; -1 after the fault of any other value was reported. */
function readString(value: unknown, state: ValidationState): number {
  if (typeof value !== 'string') report(state, 'value', 'Expected a string');
  else if (value.length > MAX_STRING) report(state, 'too-long', 'Longer than 1 MB');
  else {
    const characters = charactersOf(value);
    if ((characters & UNFIT) !== 0) report(state, 'value', 'Characters that a string cannot have');
    else if ((characters & VISIBLE) === 0) report(state, 'value', 'Empty string');
    else return characters;
  }
  return -1;
}

function formatted(fits: (value: string) => boolean, expected: string): ValueCheck {
  return (value, state) => {
    if (readString(value, state) >= 0 && !fits(value as string)) {
      report(state, 'value', `Expected ${expected}`);
    }
  };
}

function code(value: unknown, state: ValidationState): void {
  const characters = readString(value, state);
  if (characters < 0 || (characters & WHITESPACE) === 0 || !CODE_FAULT.test(value as string))
    return;
  report(state, 'value', 'Expected a code without needless spaces');
}

function link(value: unknown, state: ValidationState): void {
  const characters = readString(value, state);
  if (characters < 0) return;
  if ((characters & WHITESPACE) !== 0) report(state, 'value', 'Whitespace in a URI');
  else if ((value as string).charCodeAt(0) === 35) {
    noteLocalReference(state, (value as string).slice(1), false);
  }
}

function isDate(value: string): boolean {
  return value.length <= 10 && parseDateTime(value) !== undefined;
}

function isDateTime(value: string): boolean {
  const parsed = parseDateTime(value);
  return parsed !== undefined && (parsed.zoned || parsed.precision !== 'second');
}

function isInstant(value: string): boolean {
  return parseDateTime(value)?.zoned === true;
}

// Counted by hand: an expression over megabytes exhausts the stack of the engine.
function base64(value: unknown, state: ValidationState): void {
  if (typeof value !== 'string' || value === '' || !isBase64(value)) {
    report(state, 'value', 'Expected base64');
  }
}

function isBase64(value: string): boolean {
  let count = 0;
  let padding = 0;
  for (let index = 0; index < value.length; index += 1) {
    const code = value.charCodeAt(index);
    if (code === 61) padding += 1;
    else if (code === 32 || code === 9 || code === 10 || code === 13) continue;
    else if (padding > 0 || !isBase64Character(code)) return false;
    count += 1;
  }
  return count > 0 && count % 4 === 0 && padding <= 2;
}

function isBase64Character(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 43 ||
    code === 47
  );
}

function xhtml(value: unknown, state: ValidationState): void {
  if (typeof value !== 'string') return report(state, 'value', 'Expected a string');
  if ((charactersOf(value) & UNFIT) !== 0) {
    return report(state, 'value', 'Characters that a string cannot have');
  }
  const fault = xhtmlFault(value);
  if (fault !== undefined) report(state, 'invariant', fault);
}
