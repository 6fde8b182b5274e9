import type {
  Definitions,
  SearchParameterDefinition,
  SearchParameterType,
} from '../../src/definitions/model.ts';

const COMMON: Readonly<Record<string, SearchParameterType>> = {
  _id: 'token',
  _lastUpdated: 'date',
  _tag: 'token',
  _security: 'token',
  _profile: 'uri',
  _source: 'uri',
};

const PARAMETERS: Readonly<Record<string, Readonly<Record<string, SearchParameterType>>>> = {
  AccessPolicy: { name: 'string' },
  AuditEvent: { patient: 'reference', date: 'date' },
  Bot: { name: 'string' },
  ClientApplication: { name: 'string' },
  Encounter: { patient: 'reference', participant: 'reference', length: 'quantity', date: 'date' },
  Location: { near: 'special', name: 'string' },
  Login: {},
  Observation: {
    code: 'token',
    status: 'token',
    patient: 'reference',
    subject: 'reference',
    performer: 'reference',
    date: 'date',
    'value-string': 'string',
    'value-quantity': 'quantity',
    'code-value-quantity': 'composite',
  },
  Organization: { name: 'string' },
  Patient: {
    active: 'token',
    birthdate: 'date',
    family: 'string',
    given: 'string',
    'general-practitioner': 'reference',
    gender: 'token',
    identifier: 'token',
    name: 'string',
    organization: 'reference',
  },
  Practitioner: { name: 'string' },
  ProjectMembership: { profile: 'reference' },
  QuestionnaireResponse: { patient: 'reference', questionnaire: 'reference' },
  RiskAssessment: {
    identifier: 'token',
    risk: 'token',
    patient: 'reference',
    subject: 'reference',
    date: 'date',
    probability: 'number',
  },
  User: { email: 'string' },
  ValueSet: { url: 'uri' },
};

const TARGETS: Readonly<Record<string, readonly string[]>> = {
  patient: ['Patient'],
  subject: ['Location', 'Patient'],
  performer: ['Organization', 'Patient', 'Practitioner'],
  'general-practitioner': ['Organization', 'Practitioner'],
};

function definitionsOf(type: string): ReadonlyMap<string, SearchParameterDefinition> {
  const entries = Object.entries({ ...COMMON, ...PARAMETERS[type] });
  return new Map(
    entries.map(([code, kind]) => [
      code,
      {
        code,
        type: kind,
        url: `http://hl7.org/fhir/SearchParameter/${type}-${code}`,
        expression: `${type}.${code}`,
        targets: kind === 'reference' ? (TARGETS[code] ?? []) : [],
      },
    ]),
  );
}

const BY_TYPE = new Map(Object.keys(PARAMETERS).map((type) => [type, definitionsOf(type)]));

/** A few resource types with the search parameters that the tests of search and access need, spelled as in R4. */
export const searchDefinitions: Definitions = {
  resourceTypes: Object.keys(PARAMETERS),
  isResourceType: (name) => BY_TYPE.has(name),
  structure: () => undefined,
  searchParameters: (type) => BY_TYPE.get(type) ?? new Map(),
  patientCompartment: () => [],
  requiredCodes: () => undefined,
  requiredSystem: () => undefined,
};
