import type { Definitions, SearchParameterDefinition } from '../definitions/model.ts';
import type { IndexExtractor, IndexValue, RangeValue } from '../search/index-values.ts';
import { coveredParameters } from './covered-parameters.ts';

/** Parameters that say when something happened, the most telling first; each stands for one element at most. */
const CHIEF_DATES = [
  'date',
  'authored',
  'authoredon',
  'recorded-date',
  'sent',
  'modified',
  'created',
  'birthdate',
];

/**
 * The parameters of a type that stand in the row of the resource itself, because nearly every search of clinical data
 * goes by them: the date, and the code. All others stand in the index tables or among the tokens.
 */
export interface ChiefParameters {
  /** The chief date of a type, if it has one. */
  date(type: string): string | undefined;
  /** The chief code of a type, if it has one. */
  code(type: string): string | undefined;
  /** Codes of the reference parameters whose patients are all patients in whose compartment the resource is. */
  patient(type: string): ReadonlySet<string>;
  /** Parameters of a type that are not indexed, and those whose values are theirs; see `covered-parameters.ts`. */
  covered(type: string): ReadonlyMap<string, readonly string[]>;
}

/** Chooses the chief parameters of all types. */
export function chiefParameters(definitions: Definitions): ChiefParameters {
  const dates = new Map<string, string>();
  const codes = new Map<string, string>();
  const patients = new Map<string, ReadonlySet<string>>();
  const covered = new Map<string, ReadonlyMap<string, readonly string[]>>();
  for (const type of definitions.resourceTypes) {
    const parameters = definitions.searchParameters(type);
    const date = CHIEF_DATES.find((code) => parameters.get(code)?.type === 'date');
    if (date !== undefined) dates.set(type, date);
    if (parameters.get('code')?.type === 'token') codes.set(type, 'code');
    patients.set(type, compartmentParameters(parameters, definitions.patientCompartment(type)));
    covered.set(type, coveredParameters(parameters.values()));
  }
  return {
    date: (type) => dates.get(type),
    code: (type) => codes.get(type),
    patient: (type) => patients.get(type) ?? new Set(),
    covered: (type) => covered.get(type) ?? new Map(),
  };
}

/** The compartment's own parameters, and those that look at the same elements under another name (`patient`). */
function compartmentParameters(
  parameters: ReadonlyMap<string, SearchParameterDefinition>,
  compartment: readonly string[],
): ReadonlySet<string> {
  const branches = ({ expression }: SearchParameterDefinition): string[] =>
    expression
      .split('|')
      .map((branch) => branch.replace('.where(resolve() is Patient)', '').trim());
  const elements = new Set(
    compartment
      .map((code) => parameters.get(code))
      .flatMap((parameter) => (parameter === undefined ? [] : branches(parameter))),
  );
  const same = [...parameters.values()].filter(
    (parameter) =>
      parameter.type === 'reference' && branches(parameter).every((branch) => elements.has(branch)),
  );
  return new Set(same.map(({ code }) => code));
}

/**
 * Makes an extractor give at most one chief date: of a Timing with several instants only the outer limits count.
 * @see https://hl7.org/fhir/R4/search.html#date
 */
export function withOneChiefDate(
  extractor: IndexExtractor,
  chief: ChiefParameters,
): IndexExtractor {
  return {
    extract(resource) {
      const extracted = extractor.extract(resource);
      const date = chief.date(resource.resourceType);
      if (date === undefined) return extracted;
      const found = extracted.values.filter(
        (value): value is RangeValue => value.kind === 'date' && value.param === date,
      );
      if (found.length < 2) return extracted;
      const others = extracted.values.filter(
        (value) => value.kind !== 'date' || value.param !== date,
      );
      const hull: IndexValue = {
        kind: 'date',
        param: date,
        low: Math.min(...found.map(({ low }) => low)),
        high: Math.max(...found.map(({ high }) => high)),
      };
      return { ...extracted, values: [...others, hull] };
    },
  };
}
