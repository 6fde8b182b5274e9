import { randomUUID } from 'node:crypto';
import type {
  BundleEntry,
  CodeableConcept,
  Observation,
  ObservationComponent,
  QuestionnaireResponse,
  Quantity,
  Resource,
} from '@medplum/fhirtypes';

/** One day of a person, as an app sends it in the evening. */
export interface Day {
  /** The transaction as JSON text: decimals have the digits that were measured. */
  readonly transaction: string;
  readonly entries: number;
  readonly heartRates: number;
}

const HALF_HOUR = 1_800_000;
const WAKING_HALF_HOURS = 32;
const HEART_RATE = '8867-4';
/** Measured to two places; JSON.stringify would write 71.4. */
const WEIGHT = '71.40';

/**
 * Heart rates of every half hour, three blood pressures, weight, temperature, oxygen saturation, steps, a questionnaire of
 * the evening, and the score that is derived from it.
 * @param subject FHIR reference of the person
 * @param evening milliseconds since 1970; all is before it
 */
export function dayOf(subject: string, evening: number): Day {
  const at = (halfHoursBefore: number): string =>
    new Date(evening - halfHoursBefore * HALF_HOUR).toISOString();
  const measured = (
    code: string,
    display: string,
    when: string,
    value: Pick<Observation, 'valueQuantity' | 'component'>,
    category = 'vital-signs',
  ): Observation => ({
    resourceType: 'Observation',
    status: 'final',
    category: [
      {
        coding: [
          {
            system: 'http://terminology.hl7.org/CodeSystem/observation-category',
            code: category,
          },
        ],
      },
    ],
    code: loinc(code, display),
    subject: { reference: subject },
    performer: [{ reference: subject }],
    effectiveDateTime: when,
    ...value,
  });

  const heartRates = Array.from({ length: WAKING_HALF_HOURS }, (_, index) =>
    measured(HEART_RATE, 'Heart rate', at(WAKING_HALF_HOURS - index), {
      valueQuantity: quantity(58 + ((index * 7) % 29), '/min'),
    }),
  );
  const pressures = [30, 16, 2].map((before, index) =>
    measured('85354-9', 'Blood pressure panel', at(before), {
      component: [
        component('8480-6', 'Systolic blood pressure', 118 + 4 * index),
        component('8462-4', 'Diastolic blood pressure', 76 + 2 * index),
      ],
    }),
  );
  const once = [
    measured('29463-7', 'Body weight', at(31), { valueQuantity: quantity(Number(WEIGHT), 'kg') }),
    measured('8310-5', 'Body temperature', at(31), { valueQuantity: quantity(36.6, 'Cel') }),
    measured('59408-5', 'Oxygen saturation', at(20), { valueQuantity: quantity(97, '%') }),
    measured(
      '41950-7',
      'Number of steps in 24 hours',
      at(1),
      { valueQuantity: quantity(8_417, '{steps}') },
      'activity',
    ),
  ];
  const answered = `urn:uuid:${randomUUID()}`;
  const score: Observation = {
    resourceType: 'Observation',
    status: 'final',
    code: { text: 'How the day was, sum of the answers' },
    subject: { reference: subject },
    performer: [{ reference: subject }],
    effectiveDateTime: at(0),
    valueInteger: 9,
    derivedFrom: [{ reference: answered }],
  };
  const entry = [
    { ...creation(questionnaire(subject, at(0))), fullUrl: answered },
    ...[...heartRates, ...pressures, ...once, score].map(creation),
  ];
  const text = JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry });
  return {
    transaction: text.replace(`"value":${String(Number(WEIGHT))},`, `"value":${WEIGHT},`),
    entries: entry.length,
    heartRates: heartRates.length,
  };
}

/** How the weight must come back. */
export const WEIGHT_TEXT = `"value":${WEIGHT}`;

function questionnaire(subject: string, authored: string): QuestionnaireResponse {
  const questions = ['sleep', 'pain', 'mood', 'movement'];
  return {
    resourceType: 'QuestionnaireResponse',
    status: 'completed',
    subject: { reference: subject },
    author: { reference: subject },
    authored,
    item: questions.map((linkId, index) => ({
      linkId,
      answer: [{ valueInteger: [3, 1, 2, 3][index] ?? 0 }],
    })),
  };
}

function creation(resource: Resource): BundleEntry {
  return { resource, request: { method: 'POST', url: resource.resourceType } };
}

function loinc(code: string, display: string): CodeableConcept {
  return { coding: [{ system: 'http://loinc.org', code, display }] };
}

function quantity(value: number, code: string): Quantity {
  return { value, unit: code, system: 'http://unitsofmeasure.org', code };
}

function component(code: string, display: string, value: number): ObservationComponent {
  return { code: loinc(code, display), valueQuantity: quantity(value, 'mm[Hg]') };
}
