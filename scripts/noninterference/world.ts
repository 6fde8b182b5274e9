import type { Random } from '../bench/random.ts';

/** A resource to store, under an id of its own. */
export interface WorldResource {
  readonly resourceType: string;
  readonly id: string;
  readonly [element: string]: unknown;
}

/** What is stored before anybody asks. */
export interface World {
  /** The same in both stores. */
  readonly shared: readonly WorldResource[];
  /** Steps of one store only. */
  readonly only: Readonly<Record<'a' | 'b', readonly WorldStep[]>>;
}

/** One write of the operator. */
export type WorldStep = { readonly put: WorldResource } | { readonly delete: string };

const LOINC = 'http://loinc.org';
const CODES = ['29463-7', '8867-4', '8480-6', '44261-6'] as const;
const NAMES = ['Amsel', 'Buche', 'Canary', 'Distel', 'Esche'] as const;

/** A patient with all that is about them. `salt` changes every value and no id. */
export function patientRecord(random: Random, id: string, salt = 0): WorldResource[] {
  const subject = { reference: `Patient/${id}` };
  const pick = <T>(items: readonly T[]): T =>
    items[(random.below(items.length) + salt) % items.length] as T;
  const day = (): string =>
    `2026-0${String(1 + ((random.below(9) + salt) % 9))}-1${String(random.below(9))}`;
  const code = (): object => ({ coding: [{ system: LOINC, code: pick(CODES) }] });
  const patient: WorldResource = {
    resourceType: 'Patient',
    id,
    active: true,
    identifier: [{ system: 'http://fhir.de/sid/gkv/kvid-10', value: `K${id}${String(salt)}` }],
    name: [{ family: pick(NAMES), given: [pick(NAMES)] }],
    telecom: [{ system: 'phone', value: `0301234${String(salt)}` }],
    gender: pick(['male', 'female', 'other']),
    birthDate: `19${String(50 + ((random.below(40) + salt) % 40))}-0${String(1 + random.below(9))}-12`,
    address: [{ city: pick(['Berlin', 'Jena', 'Ulm']), postalCode: `1011${String(salt % 10)}` }],
    contact: [{ name: { family: pick(NAMES) }, gender: pick(['male', 'female']) }],
  };
  const observations = Array.from(
    { length: 5 },
    (_, index): WorldResource => ({
      resourceType: 'Observation',
      id: `${id}-o${String(index)}`,
      status: pick(['final', 'amended']),
      category: [
        {
          coding: [
            {
              system: 'http://terminology.hl7.org/CodeSystem/observation-category',
              code: pick(['vital-signs', 'survey']),
            },
          ],
        },
      ],
      code: code(),
      subject,
      performer: [subject],
      effectiveDateTime: day(),
      valueQuantity: {
        value: 50 + random.below(60) + salt,
        unit: 'kg',
        system: 'http://unitsofmeasure.org',
        code: 'kg',
      },
      note: [{ text: `note ${pick(NAMES)}` }],
    }),
  );
  const others: WorldResource[] = [
    {
      resourceType: 'Condition',
      id: `${id}-c`,
      subject,
      code: {
        coding: [
          { system: 'http://fhir.de/CodeSystem/bfarm/icd-10-gm', code: pick(['F32.1', 'F41.0']) },
        ],
      },
      recordedDate: day(),
    },
    {
      resourceType: 'Encounter',
      id: `${id}-e`,
      status: 'finished',
      class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
      subject,
      period: { start: day() },
    },
    {
      resourceType: 'QuestionnaireResponse',
      id: `${id}-q`,
      status: 'completed',
      subject,
      author: subject,
      authored: day(),
      item: [{ linkId: '1', answer: [{ valueString: pick(NAMES) }] }],
    },
    {
      resourceType: 'Goal',
      id: `${id}-g`,
      lifecycleStatus: pick(['active', 'completed']),
      description: { text: pick(NAMES) },
      subject,
    },
    {
      resourceType: 'Consent',
      id: `${id}-k`,
      status: 'active',
      scope: {
        coding: [
          { system: 'http://terminology.hl7.org/CodeSystem/consentscope', code: 'patient-privacy' },
        ],
      },
      category: [{ coding: [{ system: LOINC, code: '59284-0' }] }],
      patient: subject,
      performer: [subject],
      policyRule: { text: 'policy' },
    },
    {
      resourceType: 'DocumentReference',
      id: `${id}-d`,
      status: 'current',
      subject,
      author: [subject],
      content: [
        { attachment: { title: pick(NAMES), contentType: 'text/plain', data: 'aGVsbG8=' } },
      ],
    },
    {
      resourceType: 'Binary',
      id: `${id}-b`,
      contentType: 'text/plain',
      securityContext: { reference: `Observation/${id}-o0` },
      data: Buffer.from(`${id} ${String(salt)}`).toString('base64'),
    },
    {
      resourceType: 'List',
      id: `${id}-l`,
      status: 'current',
      mode: 'working',
      subject,
      contained: [{ resourceType: 'Patient', id: 'c', name: [{ family: pick(NAMES) }] }],
      source: { reference: '#c' },
      entry: [{ item: { reference: `Observation/${id}-o1`, display: pick(NAMES) } }],
    },
  ];
  return [patient, ...observations, ...others];
}

/** Ids of what {@link patientRecord} makes, as `Type/id`. */
export function recordReferences(id: string): readonly string[] {
  return [
    `Patient/${id}`,
    ...Array.from({ length: 5 }, (_, index) => `Observation/${id}-o${String(index)}`),
    ...['Condition/c', 'Encounter/e', 'QuestionnaireResponse/q', 'Goal/g', 'Consent/k'].map(
      (text) => text.replace('/', `/${id}-`),
    ),
    ...['DocumentReference/d', 'Binary/b', 'List/l'].map((text) => text.replace('/', `/${id}-`)),
  ];
}

/**
 * Rows: the patients of `visible` are the same in both stores; those of `hidden` are in both with other values and
 * another number of versions, deleted in one, or in one store only.
 */
export function rowWorld(
  random: Random,
  visible: readonly string[],
  hidden: readonly string[],
): World {
  const shared = visible.flatMap((id) => patientRecord(random, id));
  const a: WorldStep[] = [];
  const b: WorldStep[] = [];
  const write = (steps: WorldStep[], id: string, salt: number, times: number): void => {
    for (let time = 0; time < times; time += 1)
      for (const put of patientRecord(random, id, salt + time)) steps.push({ put });
  };
  hidden.forEach((id, index) => {
    switch (index % 4) {
      case 0: // in both, with other values and more versions
        write(a, id, 0, 1);
        write(b, id, 1, 3);
        break;
      case 1: // in the first only
        write(a, id, 0, 1);
        break;
      case 2: // in the second only
        write(b, id, 2, 2);
        break;
      default: // there in the first, deleted in the second
        write(a, id, 0, 1);
        write(b, id, 0, 1);
        for (const reference of recordReferences(id).toReversed()) b.push({ delete: reference });
    }
  });
  return { shared, only: { a, b } };
}

/**
 * Fields: the same resources in both stores, with other values in `hide` and another number of versions. A version that
 * differs from the one before in hidden elements only is not told apart from it.
 */
export function fieldWorld(
  random: Random,
  patients: readonly string[],
  vary: (resource: WorldResource, salt: number) => WorldResource,
): World {
  const plain = patients.flatMap((id) => patientRecord(random, id));
  const varied = (salt: number): WorldStep[] =>
    plain.filter((one) => vary(one, salt) !== one).map((one) => ({ put: vary(one, salt) }));
  return {
    shared: plain.map((one) => vary(one, 0)),
    only: { a: varied(1), b: [...varied(5), ...varied(2), ...varied(3)] },
  };
}
