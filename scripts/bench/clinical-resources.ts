import type {
  Condition,
  Encounter,
  MedicationRequest,
  Patient,
  Procedure,
  QuestionnaireResponse,
} from '@medplum/fhirtypes';
import type { Random } from './random.ts';
import { FAMILIES, GIVEN, QUESTIONS, type SharedResources } from './shared-resources.ts';
import { FIRST_INSTANT, SPAN } from './vital-signs.ts';

/** System of the patients' identifiers. */
export const PATIENT_SYSTEM = 'https://example.org/patients';

/** A person with a name, born between 1909 and 1970. */
export function patient(number: number, shared: SharedResources, random: Random): Patient {
  return {
    resourceType: 'Patient',
    active: true,
    identifier: [{ system: PATIENT_SYSTEM, value: `p-${number}` }],
    name: [
      {
        use: 'official',
        family: random.pick(FAMILIES),
        given: [random.pick(GIVEN), random.pick(GIVEN)],
      },
    ],
    telecom: [{ system: 'email', value: `person-${number}@example.org` }],
    gender: random.pick(['female', 'male']),
    birthDate: day(-1_900_000_000_000 + random.below(1_900_000) * 1_000_000),
    address: [
      {
        use: 'home',
        line: [`Lindenstraße ${1 + random.below(120)}`],
        city: 'Bremen',
        postalCode: '28195',
        country: 'DE',
      },
    ],
    generalPractitioner: [{ reference: random.pick(shared.practitioners) }],
  };
}

/** A visit of half an hour. */
export function encounter(subject: string, shared: SharedResources, random: Random): Encounter {
  return {
    resourceType: 'Encounter',
    status: 'finished',
    class: {
      system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode',
      code: 'AMB',
      display: 'ambulatory',
    },
    subject: { reference: subject },
    participant: [{ individual: { reference: random.pick(shared.practitioners) } }],
    period: halfHour(random),
    serviceProvider: { reference: shared.organization },
  };
}

/** One of four frequent diagnoses. */
export function condition(subject: string, random: Random): Condition {
  const [code, display] = random.pick([
    ['F32.1', 'Mittelgradige depressive Episode'],
    ['I10.90', 'Essentielle Hypertonie'],
    ['E11.90', 'Diabetes mellitus Typ 2'],
    ['M54.5', 'Kreuzschmerz'],
  ] as const);
  const system = 'http://fhir.de/CodeSystem/bfarm/icd-10-gm';
  return {
    resourceType: 'Condition',
    clinicalStatus: {
      coding: [
        { system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' },
      ],
    },
    code: { coding: [{ system, version: '2026', code, display }], text: display },
    subject: { reference: subject },
    recordedDate: day(instant(random)),
  };
}

/** A procedure during a visit. */
export function procedure(subject: string, visit: string, random: Random): Procedure {
  const code = random.pick(['1-710', '8-930', '9-401.22']);
  return {
    resourceType: 'Procedure',
    status: 'completed',
    code: { coding: [{ system: 'http://fhir.de/CodeSystem/bfarm/ops', version: '2026', code }] },
    subject: { reference: subject },
    encounter: { reference: visit },
    performedPeriod: halfHour(random),
  };
}

/** An order of a medicine, once a day. */
export function medicationRequest(
  subject: string,
  shared: SharedResources,
  random: Random,
): MedicationRequest {
  const code = random.pick(['C09AA05', 'A10BA02', 'C10AA01']);
  return {
    resourceType: 'MedicationRequest',
    status: 'active',
    intent: 'order',
    medicationCodeableConcept: {
      coding: [{ system: 'http://fhir.de/CodeSystem/bfarm/atc', code }],
    },
    subject: { reference: subject },
    authoredOn: halfHour(random).start,
    requester: { reference: random.pick(shared.practitioners) },
    dosageInstruction: [
      { text: '1-0-0-0', timing: { repeat: { frequency: 1, period: 1, periodUnit: 'd' } } },
    ],
  };
}

/** Answers to all questions, as the app sends them. */
export function questionnaireResponse(subject: string, random: Random): QuestionnaireResponse {
  return {
    resourceType: 'QuestionnaireResponse',
    status: 'completed',
    subject: { reference: subject },
    author: { reference: subject },
    authored: halfHour(random).start,
    item: QUESTIONS.map((text, index) => ({
      linkId: String(index + 1),
      text,
      answer: [{ valueInteger: random.below(6) }],
    })),
  };
}

function instant(random: Random): number {
  return FIRST_INSTANT + random.below(SPAN / 1000) * 1000;
}

function halfHour(random: Random): { start: string; end: string } {
  const start = instant(random);
  return { start: new Date(start).toISOString(), end: new Date(start + 1_800_000).toISOString() };
}

function day(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10);
}
