/**
 * Resources with what the suite asks of its inputs, by the name of the file that it means. Its own example resources are
 * not part of this project; tests on files that are not here are not run, and counted.
 */
export const INPUTS: Readonly<Record<string, object>> = {
  'patient-example.xml': {
    resourceType: 'Patient',
    id: 'example',
    text: {
      status: 'generated',
      div: '<div xmlns="http://www.w3.org/1999/xhtml"><p>A patient</p></div>',
    },
    identifier: [
      {
        use: 'usual',
        type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'MR' }] },
        system: 'urn:oid:1.2.36.146.595.217.0.1',
        value: '12345',
        period: { start: '2001-05-06' },
        assigner: { display: 'A hospital' },
      },
    ],
    active: true,
    name: [
      { use: 'official', family: 'Chalmers', given: ['Peter', 'James'] },
      { use: 'usual', given: ['Jim'] },
      { use: 'maiden', family: 'Windsor', given: ['Peter', 'James'], period: { end: '2002' } },
    ],
    telecom: [
      { use: 'home' },
      { system: 'phone', value: '(03) 5555 6473', use: 'work', rank: 1 },
      { system: 'phone', value: '(03) 3410 5613', use: 'mobile', rank: 2 },
      { system: 'phone', value: '(03) 5555 8834', use: 'old', period: { end: '2014' } },
    ],
    gender: 'male',
    birthDate: '1974-12-25',
    _birthDate: {
      extension: [
        {
          url: 'http://hl7.org/fhir/StructureDefinition/patient-birthTime',
          valueDateTime: '1974-12-25T14:35:45-05:00',
        },
      ],
    },
    deceasedBoolean: false,
    address: [{ use: 'home', type: 'both', line: ['Some Street 1'], city: 'Somewhere' }],
    contact: [
      {
        name: { family: 'du Marché', given: ['Bénédicte'] },
        gender: 'female',
        period: { start: '2012' },
      },
    ],
    managingOrganization: { reference: 'Organization/1' },
  },
  'observation-example.xml': {
    resourceType: 'Observation',
    id: 'example',
    extension: [
      {
        url: 'http://example.com/fhir/StructureDefinition/patient-age',
        valueAge: { value: 58, unit: 'a', system: 'http://unitsofmeasure.org', code: 'a' },
      },
    ],
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
    code: {
      coding: [
        { system: 'http://loinc.org', code: '29463-7', display: 'Body Weight' },
        { system: 'http://loinc.org', code: '3141-9', display: 'Body weight Measured' },
        { system: 'http://snomed.info/sct', code: '27113001', display: 'Body weight' },
        {
          system: 'http://acme.org/devices/clinical-codes',
          code: 'body-weight',
          display: 'Body Weight',
        },
      ],
    },
    subject: { reference: 'Patient/example' },
    encounter: { reference: 'Encounter/example' },
    effectiveDateTime: '2016-03-28',
    valueQuantity: {
      value: 185,
      unit: 'lbs',
      system: 'http://unitsofmeasure.org',
      code: '[lb_av]',
    },
  },
};
