import { parseUnit } from '../search/ucum/parse-unit.ts';

const UCUM = 'http://unitsofmeasure.org';

/**
 * Code systems without a list of codes, whose codes are known by their form.
 * @see https://hl7.org/fhir/R4/terminologies-systems.html#external
 */
const GRAMMARS: ReadonlyMap<string, RegExp> = new Map([
  [
    'urn:ietf:bcp:13',
    /^[A-Za-z0-9!#$&^_.+-]{1,127}\/[A-Za-z0-9!#$&^_.+-]{1,127}(?:;[\x20-\x7e]{1,400})?$/,
  ],
  ['urn:ietf:bcp:47', /^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8}){0,10}$/],
  ['urn:iso:std:iso:4217', /^[A-Z]{3}$/],
]);

/** True if the codes of a system are known by their form, whatever list of them is published. */
export function hasGrammar(system: string): boolean {
  return system === UCUM || GRAMMARS.has(system);
}

/** Whether a code has the form of its system; undefined where the system is not known by a form. */
export function fitsGrammar(system: string, code: string): boolean | undefined {
  // Special units such as `Cel` are not read, so only a unit that was read is known.
  if (system === UCUM) return parseUnit(code) === undefined ? undefined : true;
  return GRAMMARS.get(system)?.test(code);
}
