import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Bundle } from '@medplum/fhirtypes';
import type { FhirClient } from '../../support/fhir-client.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let full: FhirClient;

const LOINC = 'http://loinc.org';
const UCUM = 'http://unitsofmeasure.org';

const RESOURCES: readonly object[] = [
  {
    resourceType: 'Patient',
    id: 'anna',
    gender: 'female',
    name: [{ family: 'Weiß-Müller', given: ['Änne'] }],
    birthDate: '1980-02-03',
    identifier: [
      {
        type: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'MR' }] },
        system: 'urn:fall',
        value: '17',
      },
    ],
    text: {
      status: 'generated',
      div: '<div xmlns="http://www.w3.org/1999/xhtml"><p>Klagt &uuml;ber Kopfschmerzen</p> nach <b>Stürzen</b></div>',
    },
  },
  {
    resourceType: 'Patient',
    id: 'bert',
    gender: 'male',
    name: [{ family: 'Weissmuller', given: ['Bert'] }],
    identifier: [{ system: 'urn:fall', value: '17' }],
    text: {
      status: 'generated',
      div: '<div xmlns="http://www.w3.org/1999/xhtml">Ein Kopfschmerz, kein Sturz</div>',
    },
  },
  {
    resourceType: 'Observation',
    id: 'pressure',
    meta: {
      profile: ['http://p.example/StructureDefinition/bp|1.0'],
      source: 'http://app.example/a#1',
    },
    status: 'final',
    code: { coding: [{ system: LOINC, code: '85354-9', display: 'Blutdruck' }] },
    subject: { reference: 'Patient/anna' },
    component: [
      component('8480-6', 'Systolischer Blutdruck', 130, 'mm[Hg]'),
      component('8462-4', 'Diastolischer Blutdruck', 80, 'mm[Hg]'),
    ],
  },
  {
    resourceType: 'Observation',
    id: 'glucose',
    status: 'preliminary',
    code: { coding: [{ system: LOINC, code: '15074-8' }], text: 'Glukose im Blut' },
    subject: { identifier: { system: 'urn:fall', value: '17' } },
    valueQuantity: { value: 5.5, system: UCUM, code: 'mmol/l', unit: 'mmol/l' },
  },
  {
    resourceType: 'Observation',
    id: 'weight',
    status: 'final',
    code: { coding: [{ system: LOINC, code: '29463-7' }] },
    subject: { reference: 'Patient/bert' },
    valueQuantity: { value: 80_000, system: UCUM, code: 'g', unit: 'g' },
  },
];

function component(code: string, display: string, value: number, unit: string): object {
  return {
    code: { coding: [{ system: LOINC, code, display }] },
    valueQuantity: { value, system: UCUM, code: unit, unit },
  };
}

beforeAll(async () => {
  server = await startTestServer({ settings: ['search.fullText=content'] });
  full = server.as('full');
  for (const resource of RESOURCES) {
    const { resourceType, id } = resource as { resourceType: string; id: string };
    const answer = await full.put(`${resourceType}/${id}`, resource);
    expect({ status: answer.status, text: answer.text }).toMatchObject({ status: 201 });
  }
}, 60_000);
afterAll(() => server.close(), 30_000);

async function ids(query: string): Promise<readonly string[]> {
  const answer = await full.get(query);
  if (answer.status !== 200) throw new Error(answer.text);
  return (answer.json<Bundle>().entry ?? []).map(({ resource }) => resource?.id ?? '');
}

const found = async (query: string): Promise<readonly string[]> => (await ids(query)).toSorted();

describe('FHIR R4 search#composite: in the same element', () => {
  test.each([
    [`component-code-value-quantity=${LOINC}|8480-6$gt120`, ['pressure']],
    [`component-code-value-quantity=${LOINC}|8462-4$gt120`, []],
    [`combo-code-value-quantity=${LOINC}|8480-6$gt120|${UCUM}|mm[Hg]`, ['pressure']],
    [
      `combo-code-value-quantity=8480-6$130|${UCUM}|mm[Hg],29463-7$80|${UCUM}|kg`,
      ['pressure', 'weight'],
    ],
    ['combo-code-value-quantity=8480-6$lt100', []],
    [`combo-code-value-quantity=8462-4$le10.7|${UCUM}|kPa`, ['pressure']],
    [`code-value-quantity=${LOINC}|29463-7$ge80|${UCUM}|kg`, ['weight']],
    ['code-value-quantity=85354-9$gt0', []],
  ])('Observation?%s', async (query, expected) => {
    expect(await found(`Observation?${query}`)).toEqual(expected);
  });

  test.each(['8480-6', '8480-6$', '8480-6$x', '8480-6$1$2'])('400 for %s', async (value) => {
    const answer = await full.get(`Observation?component-code-value-quantity=${value}`);
    expect(answer.status).toBe(400);
  });
});

describe('FHIR R4 search#quantity: units of UCUM', () => {
  test.each([
    [`value-quantity=5.5|${UCUM}|mol/m3`, ['glucose']],
    [`value-quantity=80|${UCUM}|kg`, ['weight']],
    [`value-quantity=80||kg`, []],
    [`value-quantity=gt79.9|${UCUM}|kg`, ['weight']],
  ])('Observation?%s', async (query, expected) => {
    expect(await found(`Observation?${query}`)).toEqual(expected);
  });
});

describe('FHIR R4 search#modifiers', () => {
  test.each([
    ['Observation?code:text=glukose', ['glucose']],
    ['Observation?combo-code:text=tolischer', ['pressure']],
    ['Observation?code:text=tolischer', []],
    ['Observation?status=http://hl7.org/fhir/observation-status|final', ['pressure', 'weight']],
    ['Observation?status=http://example.org/other|final', []],
    ['Observation?status:not=http://hl7.org/fhir/observation-status|final', ['glucose']],
    ['Patient?gender=http://hl7.org/fhir/administrative-gender|male', ['bert']],
    ['Patient?gender=http://hl7.org/fhir/administrative-gender|', ['anna', 'bert']],
    ['Patient?identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|MR|17', ['anna']],
    ['Observation?subject:identifier=urn:fall|17', ['glucose']],
    ['Observation?patient:missing=true', ['glucose']],
    ['Patient?family=weiss', ['anna', 'bert']],
    ['Patient?family=WEISS-MULLER', ['anna']],
    ['Patient?family:exact=Weiß-Müller', ['anna']],
    ['Patient?family:contains=mull', ['anna', 'bert']],
    ['Patient?family=mueller', []],
    ['Observation?_profile=http://p.example/StructureDefinition/bp', ['pressure']],
    ['Observation?_profile=http://p.example/StructureDefinition/bp|1.0', ['pressure']],
    ['Observation?_profile=http://p.example/StructureDefinition/bp|2.0', []],
    ['Observation?_source:below=http://app.example', ['pressure']],
    ['Observation?_source:above=http://app.example/a', []],
  ])('%s', async (query, expected) => {
    expect(await found(query)).toEqual(expected);
  });

  test.each([
    'Patient?birthdate:below=1980',
    'Observation?status:text=x',
    'Observation?status:of-type=a|b|c',
    'Observation?subject:above=x',
    'Observation?value-quantity:contains=5',
    'Observation?component-code-value-quantity:missing=true',
    'Location?near=1|2',
  ])('400 for %s', async (query) => {
    expect((await full.get(query)).status).toBe(400);
  });
});

describe('FHIR R4 search#content: German full text', () => {
  test.each([
    ['_text=Kopfschmerzen', ['anna', 'bert']],
    ['_text=Sturz', ['bert', 'anna']],
    ['_text="Klagt über Kopfschmerzen"', ['anna']],
    ['_text=kopfschmerz -kein', ['anna', 'bert']],
    ['_text=kopfschmerz -klagt', ['bert']],
    ['_text=klagt or nichtda', ['anna']],
    ['_text=Änne', []],
    ['_content=Änne', ['anna']],
    ['_content=Weissmuller', ['bert']],
  ])('Patient?%s', async (query, expected) => {
    expect(await found(`Patient?${encodeURI(query)}`)).toEqual(expected.toSorted());
  });

  test('an update replaces the words, a deletion takes them away', async () => {
    const narrative = (text: string): object => ({
      resourceType: 'Basic',
      id: 'words',
      code: { text: 'x' },
      text: { status: 'generated', div: `<div xmlns="http://www.w3.org/1999/xhtml">${text}</div>` },
    });
    await full.put('Basic/words', narrative('Apfel'));
    expect(await ids('Basic?_text=Äpfel')).toEqual(['words']);
    await full.put('Basic/words', narrative('Birne'));
    expect(await ids('Basic?_text=Apfel')).toEqual([]);
    expect(await ids('Basic?_text=Birnen')).toEqual(['words']);
    await full.delete('Basic/words');
    expect(await ids('Basic?_text=Birnen')).toEqual([]);
    const { rows } = await server.sql.query(
      "select narrative, content from resource where id = 'words'",
    );
    expect(rows).toEqual([{ narrative: null, content: null }]);
  });

  test('the words of others are not found', async () => {
    const patient = server.asProfile('Patient/anna');
    expect((await patient.get('Patient?_text=kein')).status).not.toBe(500);
    const seen = await server.as('patient-a').get('Patient?_text=Kopfschmerzen');
    expect(seen.json<Bundle>().entry ?? []).toEqual([]);
  });

  test.each(['Patient?_text=-', `Patient?_text=${'x '.repeat(60)}`, 'Patient?_text:not=x'])(
    '400 for %s',
    async (query) => {
      expect((await full.get(query)).status).toBe(400);
    },
  );
});

describe('FHIR R4 search#sort: by tokens and references', () => {
  test.each([
    ['Observation?_sort=status,-code', ['pressure', 'weight', 'glucose']],
    ['Observation?_sort=-status,code', ['glucose', 'weight', 'pressure']],
    ['Observation?_sort=subject', ['pressure', 'weight', 'glucose']],
    ['Observation?_sort=-patient', ['weight', 'pressure', 'glucose']],
    ['Patient?_sort=gender', ['anna', 'bert']],
    ['Patient?_sort=-gender', ['bert', 'anna']],
  ])('%s', async (query, expected) => {
    expect(await ids(`${query}&_id=${expected.join(',')}`)).toEqual(expected);
    // The same, a resource at a time: pages neither repeat nor leave out.
    const paged: string[] = [];
    for (
      let url: string | undefined = `${query}&_id=${expected.join(',')}&_count=1`;
      url !== undefined;
    ) {
      const bundle: Bundle = (await full.get(url)).json<Bundle>();
      paged.push(...(bundle.entry ?? []).map(({ resource }) => resource?.id ?? ''));
      const next: string | undefined = bundle.link?.find(
        ({ relation }) => relation === 'next',
      )?.url;
      url = next?.slice(`${server.url}/fhir/`.length);
    }
    expect(paged).toEqual(expected);
  });
});
