import type { Definitions } from '../../definitions/model.ts';
import { fhirError } from '../../outcome/codes.ts';
import type { IndexExtractor, IndexValue } from '../index-values.ts';
import { createCollector } from './collector.ts';
import { compileParameter } from './compile-parameter.ts';
import type { CompiledParameter } from './compiled-parameter.ts';

/** What the extractor may be told. */
export interface ExtractorOptions {
  /** Base URLs of this server with a slash at the end; absolute references below them are references to its resources. */
  readonly localBases?: readonly string[];
}

/** Patients in whose compartments one resource may be: each is asked about whenever the resource is read or written. */
const MAX_PATIENTS = 100;

/** Parameters that are the resource's own columns and no index values. */
const COLUMNS = new Set(['_id', '_lastUpdated']);

/**
 * Makes the extractor of index values. Expressions are compiled once per resource type, when the first resource of the
 * type comes, and again once the definitions have other parameters for it. `Location.near` gives no values.
 * @throws FhirError from `extract`: `FHIR_TOO_MANY_VALUES` for more than ten thousand values or a hundred patients
 */
export function createIndexExtractor(
  definitions: Definitions,
  options: ExtractorOptions = {},
): IndexExtractor {
  const extractors = new Map<string, TypeExtractor>();
  return {
    extract(resource) {
      const { resourceType } = resource;
      const parameters = definitions.searchParameters(resourceType);
      let known = extractors.get(resourceType);
      if (known?.parameters !== parameters) {
        const extract = extractorOf(resourceType, definitions, options.localBases ?? []);
        known = { parameters, extract };
        extractors.set(resourceType, known);
      }
      return known.extract(resource);
    },
  };
}

/** The extractor of one resource type, and the parameters from which it was compiled. */
interface TypeExtractor {
  readonly parameters: ReturnType<Definitions['searchParameters']>;
  readonly extract: IndexExtractor['extract'];
}

function extractorOf(
  resourceType: string,
  definitions: Definitions,
  bases: readonly string[],
): IndexExtractor['extract'] {
  const parameters = compiledParameters(resourceType, definitions, bases);
  const compartment = new Set(definitions.patientCompartment(resourceType));
  return (resource) => {
    const values: IndexValue[] = [];
    const collector = createCollector(values);
    for (const parameter of parameters) {
      collector.begin();
      parameter.extract(resource, collector.add);
    }
    return { values, patients: patientsOf(resource, values, compartment) };
  };
}

/** The parameters of a type that can give values. */
export function compiledParameters(
  resourceType: string,
  definitions: Definitions,
  bases: readonly string[] = [],
): readonly CompiledParameter[] {
  return [...definitions.searchParameters(resourceType).values()]
    .filter(({ code, type }) => !COLUMNS.has(code) && type !== 'special')
    .map((parameter) => compileParameter(resourceType, parameter, definitions, bases));
}

/** Patients in whose compartment the resource is. @see https://hl7.org/fhir/R4/compartmentdefinition-patient.html */
function patientsOf(
  resource: { readonly resourceType: string; readonly id?: string },
  values: readonly IndexValue[],
  compartment: ReadonlySet<string>,
): readonly string[] {
  const patients = new Set<string>();
  if (resource.resourceType === 'Patient' && resource.id !== undefined) patients.add(resource.id);
  for (const value of values) {
    if (value.kind !== 'reference' || value.type !== 'Patient' || value.id === undefined) continue;
    if (compartment.has(value.param)) patients.add(value.id);
  }
  if (patients.size > MAX_PATIENTS) {
    throw fhirError('FHIR_TOO_MANY_VALUES', {
      limit: MAX_PATIENTS,
      what: 'patients in whose compartments it is',
    });
  }
  return [...patients];
}
