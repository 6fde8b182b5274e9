import type {
  Definitions,
  ElementDefinition,
  StructureDefinition,
} from '../../src/definitions/model.ts';
import { searchDefinitions } from './search-definitions.ts';

const element = (types: readonly string[], structure?: string): ElementDefinition => ({
  min: 0,
  max: Number.POSITIVE_INFINITY,
  types,
  summary: false,
  ...(structure === undefined ? {} : { structure }),
});

const EXTENSION = { extension: element(['Extension']) };
const RESOURCE = {
  id: element(['id']),
  meta: element(['Meta']),
  text: element(['Narrative']),
  contained: element(['Resource']),
  ...EXTENSION,
};

const ELEMENTS: Readonly<Record<string, Readonly<Record<string, ElementDefinition>>>> = {
  Patient: {
    ...RESOURCE,
    name: element(['HumanName']),
    birthDate: element(['date']),
    'deceased[x]': element(['boolean', 'dateTime']),
    address: element(['Address']),
    contact: element(['BackboneElement'], 'Patient.contact'),
  },
  'Patient.contact': { ...EXTENSION, name: element(['HumanName']) },
  Observation: {
    ...RESOURCE,
    'value[x]': element(['Quantity', 'string']),
    'effective[x]': element(['dateTime', 'Period']),
    component: element(['BackboneElement'], 'Observation.component'),
  },
  'Observation.component': { ...EXTENSION, 'value[x]': element(['Quantity', 'string']) },
  Resource: { id: element(['id']) },
  Meta: {
    versionId: element(['id']),
    lastUpdated: element(['instant']),
    security: element(['Coding']),
  },
  HumanName: { ...EXTENSION, family: element(['string']), given: element(['string']) },
  Address: { ...EXTENSION, city: element(['string']), postalCode: element(['string']) },
  Quantity: { ...EXTENSION, value: element(['decimal']), unit: element(['string']) },
  Extension: { url: element(['uri']), 'value[x]': element(['string', 'date']) },
  Narrative: { div: element(['xhtml']) },
  date: EXTENSION,
};

const STRUCTURES = new Map(
  Object.entries(ELEMENTS).map(([path, elements]): [string, StructureDefinition] => [
    path,
    { path, kind: 'complex', elements: new Map(Object.entries(elements)) },
  ]),
);

/** {@link searchDefinitions} with the elements of Patient and Observation that tests of paths need, named as in R4. */
export const structuredDefinitions: Definitions = {
  ...searchDefinitions,
  structure: (path) => STRUCTURES.get(path),
};
