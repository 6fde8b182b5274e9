import { describe, expect, test } from '@jest/globals';
import { NO_OFFICIAL_DATA, skipNote } from '../../support/skip-note.ts';
import { HL7_DEVIATIONS } from './deviations-hl7.ts';
import { MEDPLUM_DEVIATIONS } from './deviations-medplum.ts';
import { hl7, medplum } from './engines.ts';
import { INPUTS } from './inputs.ts';
import { type Engine, judge } from './judge.ts';
import { HAS_SUITE, readSuite } from './suite.ts';

/** Tests on example resources that are not here. */
const NOT_RUN = 30;

const onSuite = HAS_SUITE ? describe : describe.skip;
const note = skipNote(HAS_SUITE ? undefined : NO_OFFICIAL_DATA);

onSuite(`FHIRPath R4: HL7's suite${note}`, () => {
  const suite = HAS_SUITE ? readSuite() : [];
  const runnable = suite.filter(({ input }) => input === undefined || input in INPUTS);

  const deviations = (engine: Engine): readonly string[] =>
    runnable
      .filter(
        (it) =>
          judge(engine, it, it.input === undefined ? undefined : INPUTS[it.input]) !== undefined,
      )
      .map(({ name }) => name);

  test('FHIRPath R4: all tests are run but those on inputs that are not here', () => {
    expect(suite.length - runnable.length).toBe(NOT_RUN);
    expect(runnable.length).toBe(905);
  });

  test('FHIRPath R4: the engine of invariants deviates where it is known to, and nowhere else', () => {
    expect(deviations(hl7)).toEqual(HL7_DEVIATIONS);
  });

  test('FHIRPath R4: the engine of index values deviates where it is known to, and nowhere else', () => {
    expect(deviations(medplum)).toEqual(MEDPLUM_DEVIATIONS);
  });
});
