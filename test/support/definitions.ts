import type { CompactDefinitions, CompactElement } from '../../src/definitions/compact.ts';
import { definitionsFrom } from '../../src/definitions/from-compact.ts';
import type { Definitions, SearchParameterType } from '../../src/definitions/model.ts';

/**
 * An element in short: `code: CodeableConcept 1..1`, `value[x]: Quantity|string`, `component: > Observation.component *`,
 * `status: code 1..1 =observation-status`. Cardinality is 0..1 unless told; `*` is 0..*.
 */
function element(line: string): CompactElement {
  const [name = '', ...words] = line.split(/:?\s+/);
  const structure = words[0] === '>' ? (words[1] ?? '') : '';
  const types = structure === '' ? (words[0] ?? '').split('|') : ['BackboneElement'];
  const cardinality = words.find((word) => word === '*' || word.includes('..')) ?? '0..1';
  const [min = '0', max = '*'] = cardinality === '*' ? [] : cardinality.split('..');
  const binding = words.find((word) => word.startsWith('='))?.slice(1) ?? '';
  return [name, Number(min), max === '*' ? -1 : Number(max), types, structure, binding];
}

function elements(text: string): CompactElement[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map(element);
}

const ELEMENT = 'id: string\nextension: Extension *';
const RESOURCE = 'id: id\nmeta: Meta\nimplicitRules: uri\nlanguage: code';
const DOMAIN = `${RESOURCE}\ntext: Narrative\ncontained: Resource *\nextension: Extension *\nmodifierExtension: Extension *`;
const PRIMITIVES =
  'string code boolean dateTime date instant uri canonical id decimal integer positiveInt markdown xhtml base64Binary';

const TYPES: Readonly<Record<string, string>> = {
  Element: '',
  Extension: 'url: uri 1..1\nvalue[x]: string|boolean|Reference|Coding|uri',
  Meta: 'versionId: id\nlastUpdated: instant\nsource: uri\nprofile: canonical *\nsecurity: Coding *\ntag: Coding *',
  Narrative: 'status: code 1..1\ndiv: xhtml 1..1',
  Coding: 'system: uri\nversion: string\ncode: code\ndisplay: string\nuserSelected: boolean',
  CodeableConcept: 'coding: Coding *\ntext: string',
  Identifier: 'use: code\nsystem: uri\nvalue: string\nperiod: Period',
  Reference: 'reference: string\ntype: uri\nidentifier: Identifier\ndisplay: string',
  Quantity: 'value: decimal\ncomparator: code\nunit: string\nsystem: uri\ncode: code',
  Money: 'value: decimal\ncurrency: code',
  Range: 'low: Quantity\nhigh: Quantity',
  Period: 'start: dateTime\nend: dateTime',
  Timing: 'event: dateTime *\nrepeat: > Timing.repeat',
  HumanName:
    'use: code\ntext: string\nfamily: string\ngiven: string *\nprefix: string *\nsuffix: string *',
  Address: 'text: string\nline: string *\ncity: string\npostalCode: string\ncountry: string',
  ContactPoint: 'system: code\nvalue: string\nuse: code',
  Attachment: 'contentType: code\ndata: base64Binary\nurl: uri',
};

const BACKBONES: Readonly<Record<string, string>> = {
  'Observation.component':
    'modifierExtension: Extension *\ncode: CodeableConcept 1..1\nvalue[x]: Quantity|CodeableConcept|string',
  'Patient.link': 'other: Reference 1..1\ntype: code',
  'Bundle.entry': 'fullUrl: uri\nresource: Resource',
  'Timing.repeat': 'bounds[x]: Period|Range',
};

const RESOURCES: Readonly<Record<string, string>> = {
  Observation: `${DOMAIN}\nidentifier: Identifier *\nstatus: code 1..1 =urn:test:status\ncategory: CodeableConcept *\ncode: CodeableConcept 1..1\nsubject: Reference\neffective[x]: dateTime|Period|Timing|instant\nperformer: Reference *\nderivedFrom: Reference *\nvalue[x]: Quantity|CodeableConcept|string|boolean|integer|Range|Period|dateTime\ncomponent: > Observation.component *`,
  Patient: `${DOMAIN}\nidentifier: Identifier *\nactive: boolean\nname: HumanName *\ntelecom: ContactPoint *\ngender: code\nbirthDate: date\ndeceased[x]: boolean|dateTime\naddress: Address *\nmultipleBirth[x]: boolean|integer\nphoto: Attachment *\nlink: > Patient.link *`,
  Questionnaire: `${DOMAIN}\nurl: uri\ntitle: string\nderivedFrom: canonical *\nversion: string\neffectivePeriod: Period`,
  Invoice: `${DOMAIN}\ntotalGross: Money\nsubject: Reference`,
  Bundle: `${RESOURCE}\ntype: code 1..1\nentry: > Bundle.entry *`,
};

/** A search parameter: resource type, code, kind, expression, targets. */
export type TestParameter = readonly [
  resourceType: string,
  code: string,
  type: SearchParameterType,
  expression: string,
  ...targets: string[],
];

/**
 * Definitions small enough for unit tests: a few types, in the shape of R4's but not complete.
 * @param parameters the search parameters, of which none is built in.
 */
export function testDefinitions(
  parameters: readonly TestParameter[] = [],
  patientCompartment: CompactDefinitions['patientCompartment'] = {},
): Definitions {
  return definitionsFrom({
    resourceTypes: Object.keys(RESOURCES).sort(),
    structures: [
      ...PRIMITIVES.split(' ').map((name) => [name, 'primitive', elements(ELEMENT)] as const),
      ...Object.entries(TYPES).map(
        ([name, text]) => [name, 'complex', elements(`${ELEMENT}\n${text}`)] as const,
      ),
      ...Object.entries(BACKBONES).map(
        ([path, text]) => [path, 'backbone', elements(`${ELEMENT}\n${text}`)] as const,
      ),
      ...Object.entries(RESOURCES).map(
        ([name, text]) => [name, 'resource', elements(text)] as const,
      ),
    ],
    searchParameters: parameters.map(([resourceType, code, type, expression, ...targets]) => ({
      resourceType,
      code,
      type,
      url: `urn:test:SearchParameter/${resourceType}-${code}`,
      expression,
      targets,
    })),
    patientCompartment,
    requiredSystems: { 'urn:test:status': 'http://hl7.org/fhir/observation-status' },
    requiredCodes: { 'urn:test:status': ['registered', 'preliminary', 'final', 'amended'] },
  });
}
