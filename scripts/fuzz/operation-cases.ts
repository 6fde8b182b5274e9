import type { Random } from '../bench/random.ts';
import { type FuzzCase, withBody } from './case.ts';
import { mutated } from './json-cases.ts';
import { encode, nasty, someId, TYPES } from './words.ts';

const OPERATIONS = [
  '/Patient/patient-a/$everything',
  '/Patient/$everything',
  '/Observation/$lastn',
  '/Observation/$stats',
  '/ValueSet/$expand',
  '/ValueSet/$validate-code',
  '/CodeSystem/$lookup',
  '/CodeSystem/$subsumes',
  '/ConceptMap/$translate',
  '/Patient/patient-a/$meta',
  '/$meta',
  '/$export',
  '/Patient/$export',
  '/Group/x/$export',
  '/$reindex',
  '/Patient/patient-a/$graphql',
] as const;

const NAMES = [
  'url',
  'code',
  'system',
  'codeA',
  'codeB',
  'filter',
  'count',
  'offset',
  'max',
  'subject',
  'patient',
  'statistic',
  'duration',
  '_type',
  '_since',
  '_typeFilter',
  '_elements',
  '_outputFormat',
  'start',
  '_count',
] as const;

/** A call of an operation with parameters that do not fit. */
export function operationCase(random: Random): FuzzCase {
  if (random.next() < 0.35) return graphqlCase(random);
  const target = random.pick(OPERATIONS);
  if (random.next() < 0.5) {
    const query = Array.from(
      { length: random.below(5) },
      () => `${random.pick(NAMES)}=${encode(random, nasty(random))}`,
    ).join('&');
    return { family: 'operation', method: 'GET', target: `${target}?${query}`, headers: {} };
  }
  const parameter = Array.from({ length: random.below(5) }, () => ({
    name: random.pick(NAMES),
    [random.pick(['valueString', 'valueUri', 'valueCode', 'valueInteger', 'resource', 'part'])]:
      nasty(random),
  }));
  const body = mutated(random, { resourceType: 'Parameters', parameter });
  return withBody('operation', 'POST', target, JSON.stringify(body));
}

function graphqlCase(random: Random): FuzzCase {
  const query = random.pick<() => string>([
    () => `{ ${selection(random, 1 + random.below(30))} }`,
    () => '{'.repeat(random.below(20_000)),
    () => `query { ${'a: PatientList { id } '.repeat(random.below(500))} }`,
    () => 'fragment F on Patient { ...F } { PatientList { ...F } }',
    () => '{ __schema { types { fields { type { fields { name } } } } } }',
    () =>
      `mutation { PatientCreate(res: {resourceType: "Patient", id: ${JSON.stringify(nasty(random))}}) { id } }`,
    () => nasty(random),
  ])();
  const body = random.next() < 0.8 ? { query, variables: mutated(random, {}) } : { q: query };
  return withBody('graphql', 'POST', '/$graphql', JSON.stringify(body), {
    'content-type': random.pick([
      'application/json',
      'application/graphql',
      'application/fhir+json',
    ]),
  });
}

function selection(random: Random, depth: number): string {
  const type = random.pick(TYPES);
  const inner = depth <= 0 ? 'id' : selection(random, depth - 1);
  return random.next() < 0.5
    ? `${type}List(_reference: subject, ${random.pick(['code', '_id', 'nonsense'])}: ${JSON.stringify(nasty(random))}) { id ${inner} }`
    : `${type}(id: ${JSON.stringify(someId(random))}) { id subject { resource { ... on Patient { ${inner} } } } }`;
}
