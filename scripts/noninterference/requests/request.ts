import type { Random } from '../../bench/random.ts';

/** One request of the harness, sent to both servers. */
export interface PairRequest {
  /** Which surface it goes through. */
  readonly surface: string;
  readonly method: string;
  /** Below the FHIR base, without the leading slash. */
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What requests are made from. */
export interface Pool {
  /** `Type/id` of what is visible, hidden in one store or both, and nowhere. */
  readonly references: readonly string[];
  /** The same of patients. */
  readonly patients: readonly string[];
  /** Identity of the principal. */
  readonly profile: string;
}

/** Makes one request. */
export type Grammar = (random: Random, pool: Pool) => PairRequest;

/** Types that the world has. */
export const TYPES = [
  'Patient',
  'Observation',
  'Condition',
  'Encounter',
  'Goal',
  'Consent',
  'QuestionnaireResponse',
  'DocumentReference',
  'List',
  'Binary',
] as const;

/** Percent-encodes what stands in a query. */
export const enc = encodeURIComponent;

/** Values as they stand in the world, in one store or the other, and values that are nowhere. */
export function valueFor(random: Random, parameter: string, pool: Pool): string {
  const prefix = random.pick(['', '', 'ge', 'lt', 'ne', 'sa', 'ap']);
  switch (parameter) {
    case '_id':
      return random.pick(pool.references).split('/')[1] ?? '';
    case 'patient':
    case 'subject':
    case 'performer':
    case 'author':
    case 'item':
    case '_compartment':
      return random.pick([random.pick(pool.patients), random.pick(pool.references), pool.profile]);
    case 'birthdate':
    case 'date':
    case 'recorded-date':
    case 'authored':
      return (
        prefix +
        random.pick(['1961', '1961-02', '1961-04-13', '1975', '2026-03', '2026-05-12', '2000'])
      );
    case 'x-version':
      return random.pick(['1', '2', '3', '4']);
    case '_lastUpdated':
    case 'x-changed':
      return prefix + random.pick(['2026-11-02', '2026-11-02T08:01:00Z', '2026-11-03', '2025']);
    case 'value-quantity':
      return (
        prefix +
        random.pick(['27', '34||kg', '41', '55', '60.0|http://unitsofmeasure.org|kg', '80', '1e2'])
      );
    case 'code':
      return random.pick([
        '29463-7',
        'http://loinc.org|8867-4',
        'F42.2',
        'F41.0',
        'F43.3',
        'http://loinc.org|',
      ]);
    case 'code-value-quantity':
      return `29463-7$${prefix}60`;
    case 'gender':
      return random.pick(['male', 'female', 'other', 'male,female']);
    case 'identifier':
      return random.pick([
        'http://fhir.de/sid/gkv/kvid-10|Kv10',
        'Kh10',
        'Kh11',
        'v1Canaryb',
        'v1Canaryc',
      ]);
    case 'phone':
    case 'telecom':
      return random.pick(['03012340', '03012341', '02', '04']);
    case 'status':
      return random.pick(['final', 'amended', 'active']);
    case 'category':
      return random.pick(['vital-signs', 'survey', '59284-0']);
    case 'lifecycle-status':
      return random.pick(['active', 'completed']);
    case '_text':
    case '_content':
      return random.pick(['Canary', 'Canaryb', 'Amsel', 'note']);
    default:
      return random.pick([
        'Amsel',
        'Canary',
        'Canaryb',
        'Canaryc',
        'Distel',
        'Berlin',
        'b',
        'Ulm',
        'x',
      ]);
  }
}

/** Search parameters of the types of the world. */
export const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  Patient: [
    '_id',
    'birthdate',
    'name',
    'family',
    'given',
    'identifier',
    'gender',
    'telecom',
    'phone',
    'address',
    'address-city',
    '_lastUpdated',
    'active',
    '_compartment',
    'x-changed',
  ],
  Observation: [
    '_id',
    'code',
    'value-quantity',
    'code-value-quantity',
    'combo-value-quantity',
    'date',
    'status',
    'category',
    'patient',
    'subject',
    'performer',
    '_lastUpdated',
    '_text',
    'x-version',
    'x-note',
  ],
  Condition: ['_id', 'code', 'recorded-date', 'patient', 'subject', '_lastUpdated'],
  Encounter: ['_id', 'date', 'patient', 'status', '_lastUpdated', 'x-display'],
  Goal: ['_id', 'patient', 'lifecycle-status', '_lastUpdated'],
  Consent: ['_id', 'patient', 'status', 'category'],
  QuestionnaireResponse: ['_id', 'patient', 'author', 'authored', 'status'],
  DocumentReference: ['_id', 'patient', 'author', 'status'],
  List: ['_id', 'patient', 'item', 'status'],
  Binary: ['_id'],
};
