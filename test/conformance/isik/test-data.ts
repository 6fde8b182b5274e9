/**
 * The resources that gematik's test suite expects to find in a server, composed from its description of them
 * (`testsuite-required-testdata.md`); the ids are those of its default configuration.
 */
interface TestResource {
  readonly resourceType: string;
  readonly id: string;
  readonly [element: string]: unknown;
}

const EXTERNAL = {
  tag: [{ system: 'http://fhir.de/CodeSystem/common-meta-tag-de', code: 'external' }],
};
const KVID = 'http://fhir.de/sid/gkv/kvid-10';
const CASE = 'https://test.krankenhaus.de/fhir/sid/fallnr';
const SNOMED = 'http://snomed.info/sct';
const SERVICE_TYPE = 'http://terminology.hl7.org/CodeSystem/service-type';

const PATIENT = { reference: 'Patient/Patient-Read-Example' };
const IN_PROGRESS = { reference: 'Encounter/Encounter-Read-In-Progress-Example' };
const HOSPITAL = { reference: 'Organization/Organization-Read-Example', display: 'Hospital' };

const concept = (system: string, code: string, more = {}) => ({
  coding: [{ system, code, ...more }],
});

const NEUROLOGY = {
  coding: [
    { system: 'http://ihe-d.de/CodeSystems/AerztlicheFachrichtungen', code: 'NEUR' },
    { system: 'urn:oid:1.2.276.0.76.5.114', code: '142' },
  ],
};

const person = (family: string, given: string[], more = {}) => ({
  name: [{ use: 'official', family, given }],
  ...more,
});

const encounter = (name: string, status: string, more = {}) => ({
  resourceType: 'Encounter',
  id: `Encounter-Read-${name}-Example`,
  identifier: [
    {
      type: concept('http://terminology.hl7.org/CodeSystem/v2-0203', 'VN'),
      system: CASE,
      value: '0123456789',
    },
  ],
  status,
  class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'IMP' },
  type: [concept('http://fhir.de/CodeSystem/kontaktart-de', 'normalstationaer')],
  serviceType: concept('http://fhir.de/CodeSystem/dkgev/Fachabteilungsschluessel', '1500'),
  subject: PATIENT,
  account: [
    {
      reference: 'Account/Account-Read-Example',
      identifier: {
        system: 'https://test.krankenhaus.de/fhir/sid/abrechnungsnummer',
        value: '0123456789',
      },
    },
  ],
  hospitalization: { admitSource: concept('http://fhir.de/CodeSystem/dgkev/Aufnahmeanlass', 'E') },
  serviceProvider: HOSPITAL,
  ...more,
});

const location = (name: string, more: object) => ({
  resourceType: 'Location',
  id: `Location-${name}-Example`,
  managingOrganization: HOSPITAL,
  ...more,
});

const RESOURCES: readonly TestResource[] = [
  {
    resourceType: 'Organization',
    id: 'Organization-Read-Parent-Example',
    name: 'Klinikverbund',
  },
  {
    resourceType: 'Organization',
    id: 'Organization-Read-Example',
    identifier: [{ system: 'http://fhir.de/sid/arge-ik/iknr', value: '260120196' }],
    active: true,
    type: [concept('http://terminology.hl7.org/CodeSystem/organization-type', 'edu')],
    name: 'Uniklinik Entenhausen',
    alias: ['UKE'],
    telecom: [{ system: 'phone', value: '+49 123 4567890' }],
    address: [
      {
        type: 'postal',
        line: ['Hauptstraße 12'],
        city: 'Entenhausen',
        postalCode: '12345',
        country: 'DE',
      },
    ],
    partOf: { reference: 'Organization/Organization-Read-Parent-Example' },
  },
  ...['Account-Read-Patient-Example', 'Patient-See-Also-Example', 'Patient-Delete-Example'].map(
    (id) => ({ resourceType: 'Patient', id, ...person('Muster', ['Erika']) }),
  ),
  {
    resourceType: 'Patient',
    id: 'Patient-Read-Example',
    identifier: [
      {
        type: concept('http://fhir.de/CodeSystem/identifier-type-de-basis', 'KVZ10'),
        system: KVID,
        value: 'X485231029',
      },
      {
        system: 'http://testkrankenhaus.de/fhir/sid/Patient',
        value: 'IdentifierValuepatient-read',
      },
    ],
    active: true,
    ...person('Graf von und zu Mustermann', ['Max']),
    telecom: [{ system: 'phone', value: '201-867-5309' }],
    gender: 'male',
    birthDate: '1968-05-12',
    address: [
      {
        type: 'both',
        line: ['Musterstraße 3', '1. Etage Hinterhaus'],
        city: 'Musterdorf',
        postalCode: '98765',
        country: 'DE',
      },
    ],
  },
  {
    resourceType: 'Patient',
    id: 'Patient-Read-Extended-Example',
    ...person('Gräfin Müßtermánn', ['Miléna,Marçya', 'An&na,Vic$tor|a']),
    gender: 'other',
    birthDate: '1955-06-20',
    telecom: [{ system: 'phone', value: '201-867-5310' }],
    link: [{ other: { reference: 'Patient/Patient-See-Also-Example' }, type: 'seealso' }],
  },
  {
    resourceType: 'Patient',
    id: 'Patient-Update-Cancellation-Active-Example',
    active: true,
    identifier: [
      {
        system: 'http://isiktest.gematik.de/fhir/sid/Patient',
        value: 'IdentifierPatientUpdateCancellation',
      },
    ],
    ...person('Storno-Update-Mustermann', ['Max']),
    gender: 'male',
    birthDate: '1968-05-13',
  },
  {
    resourceType: 'Practitioner',
    id: 'Practitioner-Read-Example',
    identifier: [
      { system: 'https://fhir.kbv.de/NamingSystem/KBV_NS_Base_ANR', value: '123456789' },
      { system: 'https://gematik.de/fhir/sid/telematik-id', value: '123456789' },
    ],
    ...person('Musterarzt', ['Walter']),
    gender: 'male',
    address: [{ line: ['Musterweg 13'], city: 'Berlin', postalCode: '11111' }],
  },
  {
    resourceType: 'Practitioner',
    id: 'Practitioner-Other-Example',
    ...person('Fleming', ['Max']),
  },
  {
    resourceType: 'RelatedPerson',
    id: 'RelatedPerson-Read-Example',
    patient: PATIENT,
    relationship: [concept('http://terminology.hl7.org/CodeSystem/v3-RoleCode', 'DAUC')],
    ...person('Mustermann', ['Maxine']),
    address: [{ line: ['Musterstraße 3'], city: 'Berlin', postalCode: '13187', country: 'DE' }],
  },
  location('Read', {
    identifier: [
      { system: 'http://fhir.de/sid/dkgev/standortnummer', value: '123456' },
      { system: 'https://test.krankenhaus.de/fhir/sid/zimmerId', value: 'Z001' },
    ],
    name: 'Station A',
    mode: 'instance',
    operationalStatus: { system: 'http://terminology.hl7.org/CodeSystem/v2-0116', code: 'O' },
    type: [concept('http://terminology.hl7.org/CodeSystem/v3-RoleCode', 'LOCHFID')],
    address: {
      line: ['Krankenhausstraße 123'],
      city: 'Musterstadt',
      postalCode: '12345',
      country: 'DE',
    },
    position: { latitude: 52.52, longitude: 13.405 },
  }),
  location('Room-Read', { name: 'Z001', partOf: { reference: 'Location/Location-Read-Example' } }),
  location('Bed-Placement-Read', {
    name: 'B022',
    partOf: { reference: 'Location/Location-Room-Read-Example' },
  }),
  {
    resourceType: 'Coverage',
    id: 'Coverage-Read-Private-Example',
    status: 'active',
    type: concept('http://fhir.de/CodeSystem/versicherungsart-de-basis', 'SEL'),
    beneficiary: PATIENT,
    payor: [{ ...PATIENT, display: 'Graf von und zu Mustermann' }],
  },
  {
    resourceType: 'Coverage',
    id: 'Coverage-Read-Statutory-Example',
    status: 'active',
    type: concept('http://fhir.de/CodeSystem/versicherungsart-de-basis', 'GKV'),
    subscriber: {
      reference: 'RelatedPerson/RelatedPerson-Read-Example',
      identifier: { system: KVID, value: 'X485231029' },
    },
    beneficiary: PATIENT,
    payor: [
      {
        display: 'AOK Baden-Württemberg',
        identifier: { system: 'http://fhir.de/sid/arge-ik/iknr', value: '108018007' },
      },
    ],
  },
  {
    resourceType: 'Account',
    id: 'Account-Read-Example',
    identifier: [
      {
        type: concept('http://terminology.hl7.org/CodeSystem/v2-0203', 'AN'),
        system: 'https://test.krankenhaus.de/fhir/sid/abrechnungsnummer',
        value: '0123456789',
      },
    ],
    status: 'active',
    type: concept('http://terminology.hl7.org/CodeSystem/v3-ActCode', 'IMP'),
    subject: [{ reference: 'Patient/Account-Read-Patient-Example' }],
    coverage: [
      { coverage: { reference: 'Coverage/Coverage-Read-Statutory-Example' }, priority: 1 },
    ],
  },
  {
    resourceType: 'Binary',
    id: 'Binary-Read-Example',
    contentType: 'text/plain',
    data: 'VGVzdA==',
  },
  {
    resourceType: 'CodeSystem',
    id: 'CodeSystem-Read-Example',
    url: 'http://example.org/fhir/CodeSystem/TestKatalog',
    version: '1.0.0',
    name: 'TestKatalog',
    status: 'active',
    content: 'complete',
    concept: [{ code: 'test', display: 'Test', definition: 'This is a test code' }],
  },
  {
    resourceType: 'ValueSet',
    id: 'ValueSet-Read-Example',
    url: 'http://example.org/fhir/ValueSet/TestValueSet',
    version: '1.0.0',
    name: 'TestValueSet',
    status: 'active',
    useContext: [
      {
        code: { system: 'http://terminology.hl7.org/CodeSystem/usage-context-type', code: 'focus' },
        valueCodeableConcept: concept('http://hl7.org/fhir/resource-types', 'Encounter'),
      },
    ],
  },
  encounter('Finished', 'finished', {
    period: { start: '2026-01-06', end: '2026-01-08' },
    subject: { reference: 'Patient/Account-Read-Patient-Example' },
  }),
  encounter('In-Progress', 'in-progress', {
    period: { start: '2026-01-06' },
    location: [{ location: { reference: 'Location/Location-Read-Example' } }],
  }),
  encounter('Planned', 'planned', {
    extension: [
      {
        url: 'http://hl7.org/fhir/5.0/StructureDefinition/extension-Encounter.plannedStartDate',
        valueDateTime: '2026-02-12',
      },
    ],
  }),
  {
    resourceType: 'Condition',
    id: 'Condition-Read-Resolved-Example',
    clinicalStatus: concept('http://terminology.hl7.org/CodeSystem/condition-clinical', 'resolved'),
    code: concept('http://fhir.de/CodeSystem/bfarm/icd-10-gm', 'M17.0', { version: '2026.0.0' }),
    subject: PATIENT,
    encounter: IN_PROGRESS,
    onsetDateTime: '2025-12-20',
    abatementDateTime: '2026-01-07',
    recordedDate: '2025-12-23',
  },
  {
    resourceType: 'Condition',
    id: 'Condition-Read-Active-Example',
    extension: [
      {
        url: 'http://hl7.org/fhir/StructureDefinition/condition-related',
        valueReference: { reference: 'Condition/Condition-Read-Resolved-Example' },
      },
    ],
    clinicalStatus: concept('http://terminology.hl7.org/CodeSystem/condition-clinical', 'active'),
    category: [
      concept('http://terminology.hl7.org/CodeSystem/condition-category', 'encounter-diagnosis'),
    ],
    code: concept('http://fhir.de/CodeSystem/bfarm/icd-10-gm', 'F71.0', { version: '2026.0.0' }),
    bodySite: [concept(SNOMED, '49076000')],
    subject: PATIENT,
    encounter: IN_PROGRESS,
    onsetAge: { value: 57, unit: 'Jahre', system: 'http://unitsofmeasure.org', code: 'a' },
    recordedDate: '2021-02-12',
    note: [{ text: 'Test note' }],
  },
  {
    resourceType: 'Procedure',
    id: 'Procedure-Read-Example',
    status: 'completed',
    category: concept(SNOMED, '387713003'),
    code: concept('http://fhir.de/CodeSystem/bfarm/ops', '5-470.11', { version: '2026' }),
    subject: PATIENT,
    encounter: IN_PROGRESS,
    performedDateTime: '2026-01-05',
    note: [{ text: 'Test note' }],
  },
  {
    resourceType: 'Procedure',
    id: 'Procedure-Other-Example',
    status: 'in-progress',
    subject: PATIENT,
  },
  {
    resourceType: 'Binary',
    id: 'Binary-PDF-Example',
    contentType: 'application/pdf',
    data: 'JVBERi0xLjQK',
  },
  {
    resourceType: 'DocumentReference',
    id: 'DocumentReference-Read-Example',
    identifier: [
      { system: 'urn:uuid:96fdda7c-d067-4183-912e-bf5ee74998a8', value: '129.6.58.42.33726' },
    ],
    status: 'current',
    type: concept('http://dvmd.de/fhir/CodeSystem/kdl', 'VL160105'),
    category: [concept('http://ihe-d.de/CodeSystems/IHEXDSclassCode', 'DOK')],
    subject: PATIENT,
    content: [
      {
        attachment: {
          contentType: 'application/pdf',
          url: 'Binary/Binary-PDF-Example',
          creation: '2026-01-31',
        },
      },
    ],
    context: { encounter: [{ reference: 'Encounter/Encounter-Read-Finished-Example' }] },
  },
  {
    resourceType: 'HealthcareService',
    id: 'HealthcareService-Read-Example',
    active: true,
    type: [concept(SERVICE_TYPE, '177')],
    specialty: [NEUROLOGY],
    name: 'General consultation office of the Neurology department',
  },
  {
    resourceType: 'Schedule',
    id: 'Schedule-Read-Example',
    active: true,
    serviceType: [concept(SERVICE_TYPE, '177')],
    specialty: [NEUROLOGY],
    actor: [{ reference: 'Practitioner/Practitioner-Read-Example' }],
  },
  {
    resourceType: 'Slot',
    id: 'Slot-Read-Example',
    schedule: { reference: 'Schedule/Schedule-Read-Example' },
    status: 'busy',
    start: '2027-01-01T11:05:00Z',
    end: '2027-01-01T11:55:00Z',
  },
  {
    resourceType: 'Appointment',
    id: 'Appointment-Read-Example',
    status: 'cancelled',
    cancelationReason: concept(
      'http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason',
      'pat',
    ),
    serviceType: [concept(SERVICE_TYPE, '177')],
    specialty: [NEUROLOGY],
    start: '2027-01-01T11:05:00Z',
    end: '2027-01-01T11:55:00Z',
    slot: [{ reference: 'Slot/Slot-Read-Example' }],
    comment: 'Test',
    patientInstruction: 'Test',
    participant: [{ actor: { ...PATIENT, display: 'Max' }, status: 'accepted' }],
  },
];

/** Every resource, marked as one that came from outside. */
export const TEST_DATA = RESOURCES.map((resource) => ({ ...resource, meta: EXTERNAL }));

/** SearchParameters that ISiK has beyond FHIR. */
export const SEARCH_PARAMETERS: readonly object[] = (
  [
    ['isik-date-start', 'date-start', 'Encounter', 'date', 'Encounter.period.start'],
    ['isik-end-date', 'end-date', 'Encounter', 'date', 'Encounter.period.end'],
    [
      'isik-related',
      'related',
      'Condition',
      'reference',
      "Condition.extension('http://hl7.org/fhir/StructureDefinition/condition-related').value",
    ],
    [
      'isik-creation',
      'creation',
      'DocumentReference',
      'date',
      'DocumentReference.content.attachment.creation',
    ],
  ] as const
).map(([id, code, base, type, expression]) => ({
  resourceType: 'SearchParameter',
  id,
  url: `https://example.org/SearchParameter/${id}`,
  name: code.replaceAll('-', ''),
  status: 'active',
  description: code,
  code,
  base: [base],
  type,
  expression,
  ...(type === 'reference' ? { target: ['Condition'] } : {}),
}));
