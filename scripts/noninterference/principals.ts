import type { WorldResource } from './world.ts';

/** One whose view is the same in both stores. */
export interface Principal {
  readonly name: string;
  /** Identity of its tokens. */
  readonly profile: string;
  /** AccessPolicy of this run; absent where a shipped role is meant. */
  readonly policy?: WorldResource;
  /** Role of the membership. */
  readonly role: string;
  /** Variables of the role. */
  readonly parameters?: Readonly<Record<string, string>>;
}

const OPERATION = 'https://diga-server.dev/fhir/StructureDefinition/access-policy-operation';
const MASK = 'https://diga-server.dev/fhir/StructureDefinition/access-policy-mask';

const operations = (...names: string[]): object[] =>
  names.map((valueCode) => ({ url: OPERATION, valueCode }));

/** Operations that are about data under a policy; those of the operator (counts of everything, expunging) are not. */
const READING = operations('export', 'graphql', 'validate', 'meta', 'lastn', 'stats', 'everything');

/** Patients who are members of the study group (`relations.ts`). */
const ENROLLED = {
  url: 'https://diga-server.dev/fhir/StructureDefinition/access-policy-relation',
  extension: [
    { url: 'name', valueCode: 'enrolled' },
    { url: 'criteria', valueString: 'Group?_id=n-study' },
    { url: 'patient', valueCode: 'current-member' },
  ],
};

const PSEUDONYM = 'https://diga-server.dev/fhir/StructureDefinition/access-policy-pseudonym';

const mask = (path: string, kind: string): object => ({
  url: MASK,
  extension: [
    { url: 'path', valueString: path },
    { url: 'kind', valueCode: kind },
  ],
});

/** Everybody may ask to be notified; what is sent is another matter. */
const SUBSCRIBES = { resourceType: 'Subscription', interaction: ['create'] };

/** Types of the world that bear no hidden element. */
const PLAIN = ['Encounter', 'Goal', 'Consent', 'List', 'Binary'];

/** Principals that see some patients and nothing of the others. */
export function rowPrincipals(visible: readonly string[]): readonly Principal[] {
  const [first = '', second = ''] = visible;
  return [
    { name: 'patient', profile: `Patient/${first}`, role: 'patient' },
    { name: 'clinician', profile: 'Practitioner/n-clinician', role: 'clinician' },
    { name: 'related', profile: 'RelatedPerson/n-related', role: 'related-person' },
    {
      name: 'partner',
      profile: 'ClientApplication/n-partner',
      role: 'integration-partner',
      parameters: { partner: 'Organization/n-clinic' },
    },
    {
      name: 'researcher',
      profile: 'Practitioner/n-researcher',
      role: 'researcher',
      parameters: { study: 'Group/n-study' },
    },
    {
      name: 'narrow',
      profile: 'Practitioner/n-narrow',
      role: 'n-narrow',
      policy: {
        resourceType: 'AccessPolicy',
        id: 'n-narrow',
        extension: READING,
        resource: [
          { resourceType: 'Patient', criteria: `Patient?_id=${first},${second}` },
          {
            resourceType: 'Observation',
            criteria: `Observation?patient=Patient/${first}&status=final`,
          },
          {
            resourceType: 'Observation',
            criteria: 'Observation?performer=%profile',
            interaction: ['create', 'update', 'read', 'search', 'delete', 'history', 'vread'],
          },
          { resourceType: 'Condition', criteria: `Condition?patient=Patient/${second}` },
          {
            resourceType: 'List',
            criteria: `List?patient=Patient/${first}`,
            interaction: ['read', 'search'],
          },
          { resourceType: 'Binary' },
          SUBSCRIBES,
          {
            resourceType: 'Goal',
            criteria: `Goal?patient=Patient/${second}`,
            interaction: ['search'],
          },
          {
            resourceType: 'Encounter',
            criteria: `Encounter?patient=Patient/${first}`,
            interaction: ['read', 'vread', 'history'],
          },
        ],
      },
    },
  ];
}

const everyPlain = [...PLAIN.map((resourceType) => ({ resourceType })), SUBSCRIBES];

/** What {@link varyHidden} varies of a Patient. */
const UNSEEN_PATIENT = [
  'identifier',
  'name',
  'telecom',
  'birthDate',
  'address',
  'contact.name',
  'gender',
];

/** Principals that see all resources and not all of each. The world varies what {@link varyHidden} says. */
export const FIELD_PRINCIPALS: readonly Principal[] = [
  {
    name: 'fields',
    profile: 'Practitioner/n-fields',
    role: 'n-fields',
    policy: {
      resourceType: 'AccessPolicy',
      id: 'n-fields',
      extension: READING,
      resource: [
        { resourceType: 'Patient', hiddenFields: UNSEEN_PATIENT },
        { resourceType: 'Observation', hiddenFields: ['value[x]', 'note'] },
        { resourceType: 'Condition', hiddenFields: ['code', 'recordedDate', 'meta.security'] },
        ...everyPlain,
      ],
    },
  },
  {
    name: 'masked',
    profile: 'Practitioner/n-masked',
    role: 'n-masked',
    policy: {
      resourceType: 'AccessPolicy',
      id: 'n-masked',
      extension: READING,
      resource: [
        {
          resourceType: 'Patient',
          hiddenFields: ['identifier', 'name', 'telecom', 'address', 'contact', 'gender'],
          extension: [mask('birthDate', 'year')],
        },
        {
          resourceType: 'Observation',
          criteria: 'Observation?category=vital-signs',
          hiddenFields: ['valueQuantity', 'note'],
        },
        {
          resourceType: 'Observation',
          criteria: 'Observation?status=final',
          hiddenFields: ['value', 'note', 'performer'],
        },
        {
          resourceType: 'Condition',
          hiddenFields: ['recordedDate', 'meta.security'],
          extension: [mask('code.coding.code', 'prefix-2')],
        },
        ...everyPlain,
      ],
    },
  },
  {
    name: 'enrolled',
    profile: 'Practitioner/n-enrolled',
    role: 'n-enrolled',
    policy: {
      resourceType: 'AccessPolicy',
      id: 'n-enrolled',
      extension: [...READING, ENROLLED],
      resource: [
        {
          resourceType: 'Patient',
          criteria: 'Patient?_id=%enrolled',
          hiddenFields: UNSEEN_PATIENT,
        },
        {
          resourceType: 'Observation',
          criteria: 'Observation?patient=%enrolled',
          hiddenFields: ['value', 'note'],
        },
        {
          resourceType: 'Observation',
          criteria: 'Observation?status=amended&patient=%enrolled',
          hiddenFields: ['valueQuantity', 'note', 'performer'],
        },
        {
          resourceType: 'Condition',
          criteria: 'Condition?patient=%enrolled',
          hiddenFields: ['code', 'recordedDate', 'meta.security'],
        },
        ...everyPlain,
      ],
    },
  },
  {
    name: 'pseudonymous',
    profile: 'Practitioner/n-pseudonymous',
    role: 'n-pseudonymous',
    policy: {
      resourceType: 'AccessPolicy',
      id: 'n-pseudonymous',
      extension: [...operations('export'), ENROLLED, { url: PSEUDONYM, valueString: 'n-project' }],
      resource: [
        {
          resourceType: 'Patient',
          criteria: 'Patient?_id=%enrolled',
          hiddenFields: UNSEEN_PATIENT.filter((path) => path !== 'birthDate'),
          readonly: true,
          extension: [mask('birthDate', 'year')],
        },
        {
          resourceType: 'Observation',
          criteria: 'Observation?patient=%enrolled',
          hiddenFields: ['value', 'note'],
          readonly: true,
        },
        ...['Encounter', 'List'].map((resourceType) => ({ resourceType, readonly: true })),
      ],
    },
  },
];
