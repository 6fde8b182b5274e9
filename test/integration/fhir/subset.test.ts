import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { FhirClient, Json } from '../../support/fhir-client.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';

let server: TestServer;
let full: FhirClient;

const OBSERVATION = {
  resourceType: 'Observation',
  id: 'sub',
  meta: { tag: [{ system: 'urn:x', code: 'mine' }] },
  text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>' },
  contained: [{ resourceType: 'Device', id: 'd' }],
  extension: [{ url: 'urn:x', valueString: 'y' }],
  modifierExtension: [{ url: 'urn:m', valueString: 'y' }],
  status: 'final',
  _status: { extension: [{ url: 'urn:x', valueString: 'why' }] },
  code: { text: 'weight', extension: [{ url: 'urn:x', valueString: 'z' }] },
  device: { reference: '#d' },
  effectiveDateTime: '2026',
  valueQuantity: { value: 1.5, unit: 'kg' },
  note: [{ text: 'n' }],
};

beforeAll(async () => {
  server = await startTestServer();
  full = server.as('full');
  const answer = await full.put('Observation/sub', OBSERVATION);
  expect(answer.status).toBe(201);
}, 120_000);

afterAll(async () => {
  await server.close();
}, 30_000);

const names = (resource: Json): string => Object.keys(resource).sort().join(' ');
const get = async (path: string): Promise<Json> => (await full.get(path)).json();

const BASE = 'code id meta modifierExtension resourceType status';
const SUMMARY = `_status code effectiveDateTime id meta modifierExtension resourceType status valueQuantity`;

describe('FHIR R4 search#summary, search#elements', () => {
  const cases = [
    ['_summary=true', SUMMARY],
    ['_summary=text', `_status ${BASE} text`],
    [
      '_summary=data',
      '_status code contained device effectiveDateTime extension id meta modifierExtension note resourceType status valueQuantity',
    ],
    ['_elements=note', `_status code id meta modifierExtension note resourceType status`],
    [
      '_elements=Observation.note,Patient.name',
      `_status code id meta modifierExtension note resourceType status`,
    ],
    ['_elements=value', `_status ${BASE} valueQuantity`],
    ['_elements=nonsense', `_status ${BASE}`],
  ] as const;

  test.each(cases)('read, vread, history and search: %s', async (query, expected) => {
    const sorted = expected.split(' ').sort().join(' ');
    for (const path of ['Observation/sub', 'Observation/sub/_history/1']) {
      const resource = await get(`${path}?${query}`);
      expect([path, names(resource)]).toEqual([path, sorted]);
      expect(resource['meta']?.['tag']).toEqual([
        { system: 'urn:x', code: 'mine' },
        { system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue', code: 'SUBSETTED' },
      ]);
    }
    for (const path of ['Observation/sub/_history?', 'Observation?_id=sub&']) {
      const bundle = await get(`${path}${query}`);
      expect([path, names(bundle['entry']?.[0]?.['resource'] as Json)]).toEqual([path, sorted]);
      expect(bundle['resourceType']).toBe('Bundle');
    }
  });

  test('_summary=true leaves extensions out at every level, and keeps what else belongs to it', async () => {
    const resource = await get('Observation/sub?_summary=true');
    expect(resource['code']).toEqual({ text: 'weight' });
    expect(resource['valueQuantity']).toEqual({ value: 1.5, unit: 'kg' });
  });

  test('_summary=false, and nothing, are the stored text', async () => {
    const whole = (await full.get('Observation/sub')).text;
    expect((await full.get('Observation/sub?_summary=false')).text).toBe(whole);
    expect(whole).not.toContain('SUBSETTED');
  });

  test('XML as well', async () => {
    const xml = await full.get('Observation/sub?_summary=text&_format=xml');
    expect(xml.text).toContain('<code value="SUBSETTED"/>');
    expect(xml.text).not.toContain('<note>');
  });

  test('elements of another type ask nothing of this one', async () => {
    const resource = await get('Observation/sub?_elements=Patient.name');
    expect(names(resource)).toContain('note');
  });

  test.each([
    '_summary=nonsense',
    '_summary=count',
    '_elements=a b',
    '_summary=true&_summary=data',
  ])('%s is refused on a read', async (query) => {
    const answer = await full.get(`Observation/sub?${query}`);
    expect([answer.status, answer.codes()]).toEqual([400, ['SEARCH_INVALID_CONTROL']]);
  });
});
