import type { Bundle, BundleEntry, Patient, Resource } from '@medplum/fhirtypes';
import type { Random } from './random.ts';
import { FIRST_INSTANT, SPAN, vitalSign } from './vital-signs.ts';

/** Resources of one record: roughly what a general practitioner's record holds, without claims. */
const ENCOUNTERS = 25;
const OBSERVATIONS = 90;
const CONDITIONS = 15;
const PROCEDURES = 20;
const MEDICATIONS = 12;
const ANSWERS = 4;
/** Names of family and people, so that a search by name finds some and not all. */
const FAMILIES =
  'Albrecht Bauer Çelik Dietrich Engel Fischer Groß Hoffmann Jäger Kaya König Lange Müller Nowak Öztürk Peters Richter Schäfer Schmidt Vogel Weber Yılmaz Zimmermann'.split(
    ' ',
  );
const GIVEN =
  'Anna Ben Clara Deniz Elif Finn Greta Hannes Ida Jan Karla Levi Mia Noah Ömer Paula Rosa Samuel Tilda Yusuf'.split(
    ' ',
  );

/** System of the patients' identifiers. */
export const PATIENT_SYSTEM = 'https://example.org/patients';

/** References to what all records share. */
export interface SharedResources {
  readonly organization: string;
  readonly practitioners: readonly string[];
  readonly questionnaire: string;
}

/** The shared resources, to be posted before all records. */
export function sharedBundle(): Bundle {
  const practitioners = FAMILIES.slice(0, 20).map(
    (family, index): Resource => ({
      resourceType: 'Practitioner',
      active: true,
      identifier: [{ system: 'https://example.org/practitioners', value: String(index) }],
      name: [{ family, given: [GIVEN[index % GIVEN.length] as string], prefix: ['Dr. med.'] }],
    }),
  );
  const organization: Resource = {
    resourceType: 'Organization',
    active: true,
    name: 'Gemeinschaftspraxis am Markt',
  };
  const questionnaire: Resource = {
    resourceType: 'Questionnaire',
    status: 'active',
    title: 'Wohlbefinden der letzten zwei Wochen',
    item: QUESTIONS.map((text, index) => ({ linkId: String(index + 1), text, type: 'integer' })),
  };
  return transaction(
    [organization, questionnaire, ...practitioners].map((resource) => create(resource)),
  );
}

const QUESTIONS = [
  'Ich war froh und guter Laune',
  'Ich habe mich ruhig und entspannt gefühlt',
  'Ich habe mich energisch und aktiv gefühlt',
  'Beim Aufwachen habe ich mich frisch und ausgeruht gefühlt',
  'Mein Alltag war voller Dinge, die mich interessieren',
];

/** Entries of {@link patientBundle} by type, in the order in which they stand in it. */
export const RECORD_SIZE =
  2 + ENCOUNTERS + OBSERVATIONS + CONDITIONS + PROCEDURES + MEDICATIONS + ANSWERS;

/**
 * One patient with everything that belongs to them, as a transaction with placeholders.
 * @param number running number of the patient
 * @param id the id to store the patient under; without one the server chooses
 */
export function patientBundle(
  number: number,
  shared: SharedResources,
  random: Random,
  id?: string,
): Bundle {
  const person: Patient = {
    resourceType: 'Patient',
    ...(id === undefined ? {} : { id }),
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
  const subject = id === undefined ? urn(number, 0) : `Patient/${id}`;
  const device = urn(number, 1);
  const entries: BundleEntry[] = [
    id === undefined
      ? create(person, subject)
      : { resource: person, request: { method: 'PUT', url: subject } },
    create(
      {
        resourceType: 'Device',
        status: 'active',
        serialNumber: `s-${number}`,
        type: { text: 'Blood pressure monitor' },
        patient: { reference: subject },
      },
      device,
    ),
  ];
  const encounter = (index: number): string => urn(number, 2 + index);
  const period = (): { start: string; end: string } => {
    const start = FIRST_INSTANT + random.below(SPAN / 1000) * 1000;
    return { start: new Date(start).toISOString(), end: new Date(start + 1_800_000).toISOString() };
  };
  for (let index = 0; index < ENCOUNTERS; index += 1) {
    entries.push(
      create(
        {
          resourceType: 'Encounter',
          status: 'finished',
          class: {
            system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode',
            code: 'AMB',
            display: 'ambulatory',
          },
          subject: { reference: subject },
          participant: [{ individual: { reference: random.pick(shared.practitioners) } }],
          period: period(),
          serviceProvider: { reference: shared.organization },
        },
        encounter(index),
      ),
    );
  }
  for (let index = 0; index < OBSERVATIONS; index += 1) {
    const setting = {
      subject,
      device,
      encounter: encounter(random.below(ENCOUNTERS)),
      performer: random.pick(shared.practitioners),
    };
    entries.push(create(vitalSign(setting, number * OBSERVATIONS + index, random)));
  }
  for (let index = 0; index < CONDITIONS; index += 1)
    entries.push(create(condition(subject, random)));
  for (let index = 0; index < PROCEDURES; index += 1) {
    entries.push(
      create({
        resourceType: 'Procedure',
        status: 'completed',
        code: {
          coding: [
            {
              system: 'http://fhir.de/CodeSystem/bfarm/ops',
              version: '2026',
              code: random.pick(['1-710', '8-930', '9-401.22']),
            },
          ],
        },
        subject: { reference: subject },
        encounter: { reference: encounter(random.below(ENCOUNTERS)) },
        performedPeriod: period(),
      }),
    );
  }
  for (let index = 0; index < MEDICATIONS; index += 1) {
    entries.push(
      create({
        resourceType: 'MedicationRequest',
        status: 'active',
        intent: 'order',
        medicationCodeableConcept: {
          coding: [
            {
              system: 'http://fhir.de/CodeSystem/bfarm/atc',
              code: random.pick(['C09AA05', 'A10BA02', 'C10AA01']),
            },
          ],
        },
        subject: { reference: subject },
        authoredOn: period().start,
        requester: { reference: random.pick(shared.practitioners) },
        dosageInstruction: [
          { text: '1-0-0-0', timing: { repeat: { frequency: 1, period: 1, periodUnit: 'd' } } },
        ],
      }),
    );
  }
  for (let index = 0; index < ANSWERS; index += 1) {
    entries.push(
      create({
        resourceType: 'QuestionnaireResponse',
        status: 'completed',
        subject: { reference: subject },
        author: { reference: subject },
        authored: period().start,
        item: QUESTIONS.map((text, question) => ({
          linkId: String(question + 1),
          text,
          answer: [{ valueInteger: random.below(6) }],
        })),
      }),
    );
  }
  return transaction(entries);
}

function condition(subject: string, random: Random): Resource {
  const [code, display] = random.pick([
    ['F32.1', 'Mittelgradige depressive Episode'],
    ['I10.90', 'Essentielle Hypertonie'],
    ['E11.90', 'Diabetes mellitus Typ 2'],
    ['M54.5', 'Kreuzschmerz'],
  ] as const);
  return {
    resourceType: 'Condition',
    clinicalStatus: {
      coding: [
        { system: 'http://terminology.hl7.org/CodeSystem/condition-clinical', code: 'active' },
      ],
    },
    code: {
      coding: [
        { system: 'http://fhir.de/CodeSystem/bfarm/icd-10-gm', version: '2026', code, display },
      ],
      text: display,
    },
    subject: { reference: subject },
    recordedDate: day(FIRST_INSTANT + random.below(SPAN / 1000) * 1000),
  };
}

function day(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 10);
}

/** The same placeholder for the same entry in every run. */
function urn(patient: number, entry: number): string {
  const digits = (patient * 1000 + entry).toString(16).padStart(12, '0');
  return `urn:uuid:5d1a0000-0000-4000-8000-${digits}`;
}

function create(resource: Resource, fullUrl?: string): BundleEntry {
  return {
    ...(fullUrl === undefined ? {} : { fullUrl }),
    resource,
    request: { method: 'POST', url: resource.resourceType },
  };
}

/** A transaction of the entries. */
export function transaction(entry: BundleEntry[]): Bundle {
  return { resourceType: 'Bundle', type: 'transaction', entry };
}
