import type { CodeableConcept, Extension, Measure, MeasureGroup } from '@medplum/fhirtypes';
import { researchError } from '../errors.ts';
import type { Buckets } from '../protection/buckets.ts';
import {
  MEASURE_BUCKETS_EXTENSION,
  MEASURE_EMPTY_IS_PUBLIC_EXTENSION,
} from './measure-extensions.ts';
import { type Criteria, type Division, readCriteria, readDivision } from './read-criteria.ts';

/** A stratifier: people divided into strata, and whether an empty one is no secret. */
export interface ReadStratifier {
  readonly code?: CodeableConcept;
  readonly division: Division;
  readonly emptyIsPublic: boolean;
}

/** A group of a measure, understood. */
export interface ReadGroup {
  readonly code?: CodeableConcept;
  readonly scoring: 'cohort' | 'proportion' | 'continuous-variable';
  /** People must satisfy all of these … */
  readonly cohort: readonly Criteria[];
  /** … and none of these. */
  readonly excluded: readonly Criteria[];
  /** Who of them is counted above the line; of a proportion only. */
  readonly numerator?: Criteria;
  /** What is measured of them, of a continuous measure only: Observations with a quantity. */
  readonly observation?: {
    readonly query: string;
    readonly buckets: Buckets;
    readonly unit: string;
  };
  readonly stratifiers: readonly ReadStratifier[];
}

/** A measure of the catalogue. */
export interface ReadMeasure {
  readonly canonical: string;
  readonly groups: readonly ReadGroup[];
}

const MAX_GROUPS = 10;
const MAX_STRATIFIERS = 10;

/** Populations by how they are counted. */
const COHORT = new Set(['initial-population', 'denominator', 'measure-population']);
const EXCLUDED = new Set(['denominator-exclusion', 'measure-population-exclusion']);

/**
 * Takes a Measure apart. What is not understood is refused: an element that narrows, ignored, would count others.
 * @throws FhirError `RESEARCH_MEASURE_UNSUPPORTED`
 */
export function readMeasure(measure: Measure): ReadMeasure {
  const { url, version, group = [], subjectCodeableConcept, subjectReference } = measure;
  if (url === undefined) throw unsupported('it has no url');
  if (holdsModifier(measure)) throw unsupported('it has a modifierExtension');
  if (subjectReference !== undefined || (codeOf(subjectCodeableConcept) ?? 'Patient') !== 'Patient')
    throw unsupported('its subjects are to be patients');
  if (group.length === 0 || group.length > MAX_GROUPS)
    throw unsupported('it has no or too many groups');
  return {
    canonical: version === undefined ? url : `${url}|${version}`,
    groups: group.map((one) => readGroup(measure, one)),
  };
}

/** The resource types that a measure asks for. */
export function typesOf({ groups }: ReadMeasure): readonly string[] {
  const types = groups.flatMap(({ cohort, excluded, numerator, observation, stratifiers }) => [
    ...[...cohort, ...excluded, ...(numerator === undefined ? [] : [numerator])].map(
      ({ type }) => type,
    ),
    ...(observation === undefined ? [] : ['Observation']),
    ...stratifiers.map(({ division }) => division.type),
  ]);
  return [...new Set(types)];
}

function readGroup(measure: Measure, group: MeasureGroup): ReadGroup {
  const scoring = codeOf(measure.scoring);
  if (scoring !== 'cohort' && scoring !== 'proportion' && scoring !== 'continuous-variable')
    throw unsupported('scoring is to be cohort, proportion or continuous-variable');
  const cohort: Criteria[] = [];
  const excluded: Criteria[] = [];
  let numerator: Criteria | undefined;
  let measured: Criteria | undefined;
  for (const { code, criteria } of group.population ?? []) {
    const name = codeOf(code) ?? '';
    const read = readCriteria(criteria);
    if (read === undefined) throw unsupported('criteria are to be in application/x-fhir-query');
    if (COHORT.has(name)) cohort.push(read);
    else if (EXCLUDED.has(name)) excluded.push(read);
    else if (name === 'numerator' && numerator === undefined) numerator = read;
    else if (name === 'measure-observation' && measured === undefined) measured = read;
    else throw unsupported(`the population ${name.slice(0, 64)} is unknown or there twice`);
  }
  if (cohort.length === 0) throw unsupported('a group has no population to count');
  if ((numerator !== undefined) !== (scoring === 'proportion'))
    throw unsupported('a proportion has a numerator, and nothing else has');
  if ((measured !== undefined) !== (scoring === 'continuous-variable'))
    throw unsupported('a continuous measure has a measure-observation, and nothing else has');
  return {
    ...(group.code === undefined ? {} : { code: group.code }),
    scoring,
    cohort,
    excluded,
    ...(numerator === undefined ? {} : { numerator }),
    ...(measured === undefined ? {} : { observation: readObservation(measured, group) }),
    stratifiers: readStratifiers(group),
  };
}

function readObservation(
  { type, query }: Criteria,
  { extension = [] }: MeasureGroup,
): NonNullable<ReadGroup['observation']> {
  if (type !== 'Observation') throw unsupported('what is measured are to be Observations');
  const parts = extension.find(({ url }) => url === MEASURE_BUCKETS_EXTENSION)?.extension ?? [];
  const part = (name: string): Extension | undefined => parts.find(({ url }) => url === name);
  const low = part('low')?.valueDecimal;
  const high = part('high')?.valueDecimal;
  const width = part('width')?.valueDecimal;
  const unit = part('unit')?.valueCode;
  if (low === undefined || high === undefined || width === undefined || unit === undefined)
    throw unsupported('a continuous measure needs low, high, width and unit of its buckets');
  if (!(width > 0) || !(high - low >= 2 * width))
    throw unsupported('there are to be two buckets at least');
  return { query, unit, buckets: { low, high, width } };
}

function readStratifiers({ stratifier = [] }: MeasureGroup): readonly ReadStratifier[] {
  if (stratifier.length > MAX_STRATIFIERS) throw unsupported('a group has too many stratifiers');
  const read = stratifier.map(({ code, criteria, component, extension = [] }): ReadStratifier => {
    const division = readDivision(criteria);
    if (component !== undefined)
      throw unsupported('stratifiers of several components would divide too finely');
    if (division === undefined)
      throw unsupported('a stratifier is to be a search whose first parameter lists the values');
    const isPublic = extension.find(({ url }) => url === MEASURE_EMPTY_IS_PUBLIC_EXTENSION);
    return {
      ...(code === undefined ? {} : { code }),
      division,
      emptyIsPublic: isPublic?.valueBoolean === true,
    };
  });
  const keys = read.map(({ division }) => divisionKey(division));
  if (new Set(keys).size !== keys.length)
    throw unsupported('two stratifiers divide by one parameter');
  return read;
}

/** What people are divided by, whatever the values. */
export function divisionKey({ type, parameter }: Division): string {
  return `${type}.${parameter}`;
}

/** Extensions that may turn the meaning of what holds them around, at any depth. */
function holdsModifier(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(
    ([name, member]) => name === 'modifierExtension' || holdsModifier(member),
  );
}

function codeOf(concept: CodeableConcept | undefined): string | undefined {
  return concept?.coding?.[0]?.code;
}

function unsupported(reason: string): Error {
  return researchError('RESEARCH_MEASURE_UNSUPPORTED', { reason });
}
