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

const mask = (path: string, kind: string): object => ({
  url: MASK,
  extension: [
    { url: 'path', valueString: path },
    { url: 'kind', valueCode: kind },
  ],
});

/** Types of the world that bear no hidden element. */
/** Everybody may ask to be notified; what is sent is another matter. */
const SUBSCRIBES = { resourceType: 'Subscription', interaction: ['create'] };

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
        {
          resourceType: 'Patient',
          hiddenFields: [
            'identifier',
            'name',
            'telecom',
            'birthDate',
            'address',
            'contact.name',
            'gender',
          ],
        },
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
];

const CONTAINED = { resourceType: 'Patient', id: 'c' };

const LETTERS = 'abcdefgh';

/** The resource with other values in what no field principal sees; itself where it has none of that. */
export function varyHidden(resource: WorldResource, salt: number): WorldResource {
  const word = `Canary${LETTERS[salt % LETTERS.length] ?? ''}`;
  switch (resource.resourceType) {
    case 'Patient':
      return {
        ...resource,
        identifier: [{ system: 'http://fhir.de/sid/gkv/kvid-10', value: `${resource.id}${word}` }],
        name: [{ family: word, given: salt % 2 === 0 ? [word] : [word, word] }],
        ...(salt % 2 === 0
          ? { telecom: [{ system: 'phone', value: `0${String(salt)}` }] }
          : { telecom: undefined }),
        gender: salt % 2 === 0 ? 'male' : 'female',
        // The year is what the mask shows.
        birthDate: `1961-0${String(1 + salt)}-1${String(salt)}`,
        address: [{ city: word }],
        contact: [{ name: { family: word }, gender: 'male' }],
        text: {
          status: 'generated',
          div: `<div xmlns="http://www.w3.org/1999/xhtml">${word}</div>`,
        },
      };
    case 'Observation':
      return {
        ...resource,
        valueQuantity: {
          value: 20 + salt * 7,
          unit: 'kg',
          system: 'http://unitsofmeasure.org',
          code: 'kg',
        },
        ...(salt % 2 === 0 ? { note: [{ text: word }] } : { note: undefined }),
      };
    case 'Condition':
      return {
        ...resource,
        code: {
          coding: [
            {
              system: 'http://fhir.de/CodeSystem/bfarm/icd-10-gm',
              code: `F4${String(salt)}.${String(salt)}`,
            },
          ],
        },
        recordedDate: `2026-03-0${String(1 + salt)}`,
        meta: {
          security: [
            {
              system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality',
              code: salt % 2 === 0 ? 'R' : 'V',
            },
          ],
        },
      };
    case 'List':
      return {
        ...resource,
        contained: [
          { ...CONTAINED, name: [{ family: word }], birthDate: `1961-0${String(1 + salt)}-11` },
        ],
      };
    case 'Encounter':
      // A display repeats what the Patient hides.
      return {
        ...resource,
        subject: { ...(resource['subject'] as object), display: word, type: 'Patient' },
      };
    default:
      return resource;
  }
}
