import type { Definitions, ElementDefinition } from '../../definitions/model.ts';
import { hasGrammar } from '../../terminology/known-grammars.ts';
import type { JsonObject } from './invariants.ts';
import type { ValueCheck } from './primitives.ts';
import { report, type ValidationState } from './state.ts';

/**
 * Adds to the check of a Coding or CodeableConcept that of its required binding, where the value set is a plain list of
 * one code system: the coding, or one of the codings, is in it.
 * @see https://hl7.org/fhir/R4/terminologies.html#required
 */
export function boundConcept(
  check: ValueCheck,
  type: string,
  { requiredBinding }: ElementDefinition,
  definitions: Definitions,
): ValueCheck {
  if (requiredBinding === undefined || (type !== 'Coding' && type !== 'CodeableConcept')) {
    return check;
  }
  const codes = definitions.requiredCodes(requiredBinding);
  const system = definitions.requiredSystem(requiredBinding);
  if (codes === undefined || system === undefined || hasGrammar(system)) return check;
  const isMember = (coding: unknown): boolean => {
    const { system: given, code } = (coding ?? {}) as JsonObject;
    return given === system && typeof code === 'string' && codes.has(code);
  };
  return (value: unknown, state: ValidationState) => {
    check(value, state);
    const { coding } = value as { readonly coding?: unknown };
    const met =
      type === 'Coding' ? isMember(value) : Array.isArray(coding) && coding.some(isMember);
    if (met) return;
    report(state, 'code-invalid', `A code of the required ValueSet ${requiredBinding} is needed`);
  };
}
