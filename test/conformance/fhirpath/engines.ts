import { evalFhirPathTyped, toTypedValue } from '@medplum/core';
import fhirpath from 'fhirpath';
import r4 from 'fhirpath/fhir-context/r4';
import { environmentOf } from '../../../src/fhirpath/environment.ts';
import type { Engine } from './judge.ts';

/** HL7's engine, as `src/fhirpath` uses it for invariants and FHIRPath Patch. */
export const hl7: Engine = (expression, input) =>
  fhirpath.evaluate(input ?? {}, expression, environmentOf(expression), r4, {
    traceFn: () => undefined,
  }) as readonly unknown[];

/** Medplum's engine, which takes index values by those search parameters that the server does not compile itself. */
export const medplum: Engine = (expression, input) =>
  evalFhirPathTyped(expression, input === undefined ? [] : [toTypedValue(input)]).map(
    ({ value }): unknown => value,
  );
