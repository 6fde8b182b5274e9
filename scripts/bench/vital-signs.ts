import type { Observation } from '@medplum/fhirtypes';
import type { Random } from './random.ts';

const LOINC = 'http://loinc.org';
const UCUM = 'http://unitsofmeasure.org';

interface Measure {
  readonly code: string;
  readonly display: string;
  readonly unit: string;
  readonly low: number;
  readonly high: number;
}

/** Vital signs as FHIR's own profiles name them, the most frequent first. */
const MEASURES = [
  { code: '8867-4', display: 'Heart rate', unit: '/min', low: 48, high: 130 },
  { code: '29463-7', display: 'Body weight', unit: 'kg', low: 48, high: 140 },
  {
    code: '59408-5',
    display: 'Oxygen saturation by Pulse oximetry',
    unit: '%',
    low: 88,
    high: 100,
  },
  { code: '8310-5', display: 'Body temperature', unit: 'Cel', low: 36, high: 40 },
  { code: '9279-1', display: 'Respiratory rate', unit: '/min', low: 10, high: 28 },
] as const satisfies readonly Measure[];

const SYSTOLIC: Measure = {
  code: '8480-6',
  display: 'Systolic blood pressure',
  unit: 'mm[Hg]',
  low: 95,
  high: 180,
};
const DIASTOLIC: Measure = {
  code: '8462-4',
  display: 'Diastolic blood pressure',
  unit: 'mm[Hg]',
  low: 55,
  high: 110,
};
const BLOOD_PRESSURE = {
  code: '85354-9',
  display: 'Blood pressure panel with all children optional',
};

/** LOINC code of the most frequent vital sign. */
export const FREQUENT_CODE = '8867-4';

/** What an Observation belongs to, as FHIR references. */
export interface Setting {
  readonly subject: string;
  readonly encounter: string;
  readonly performer: string;
  readonly device: string;
}

/** First instant of the data: 2024-01-01, in milliseconds since 1970. */
export const FIRST_INSTANT = 1_704_067_200_000;
/** Span of the data in milliseconds: two years. */
export const SPAN = 63_072_000_000;

/**
 * A vital sign of about 1.5 kB, as a device writes it.
 * @param identifier unique number of the measurement
 */
export function vitalSign(setting: Setting, identifier: number, random: Random): Observation {
  const at = new Date(FIRST_INSTANT + random.below(SPAN / 1000) * 1000).toISOString();
  const panel = random.below(6) === 0;
  // Heart rates are so many that one page of a patient's is full.
  const measure = random.below(5) < 2 ? MEASURES[0] : random.pick(MEASURES);
  const { code, display } = panel ? BLOOD_PRESSURE : measure;
  return {
    resourceType: 'Observation',
    meta: { profile: ['http://hl7.org/fhir/StructureDefinition/vitalsigns'] },
    text: {
      status: 'generated',
      div: `<div xmlns="http://www.w3.org/1999/xhtml"><p>${display}, measured at home</p></div>`,
    },
    identifier: [{ system: 'https://example.org/measurements', value: `m-${identifier}` }],
    status: 'final',
    category: [
      {
        coding: [
          {
            system: 'http://terminology.hl7.org/CodeSystem/observation-category',
            code: 'vital-signs',
            display: 'Vital Signs',
          },
        ],
      },
    ],
    code: { coding: [{ system: LOINC, code, display }], text: display },
    subject: { reference: setting.subject },
    encounter: { reference: setting.encounter },
    effectiveDateTime: at,
    issued: at,
    performer: [{ reference: setting.performer }],
    ...(panel
      ? {
          component: [SYSTOLIC, DIASTOLIC].map((part) => ({
            ...coded(part),
            ...quantity(part, random),
          })),
        }
      : quantity(measure, random)),
    interpretation: [
      {
        coding: [
          {
            system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation',
            code: 'N',
            display: 'Normal',
          },
        ],
      },
    ],
    note: [
      {
        text: `Reading ${identifier} of the series; the person sat for five minutes before measuring.`,
      },
    ],
    device: { reference: setting.device },
  };
}

function coded({ code, display }: Measure): Pick<Observation, 'code'> {
  return { code: { coding: [{ system: LOINC, code, display }] } };
}

function quantity(measure: Measure, random: Random): Required<Pick<Observation, 'valueQuantity'>> {
  const { low, high, unit } = measure;
  const value = low + random.below((high - low) * 10) / 10;
  return { valueQuantity: { value, unit, system: UCUM, code: unit } };
}
