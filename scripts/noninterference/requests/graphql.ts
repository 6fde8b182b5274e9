import { type Grammar, valueFor } from './request.ts';

/** Queries with fields and arguments that touch what is hidden. */
export const graphql: Grammar = (random, pool) => {
  const patient = random.pick(pool.patients).split('/')[1] ?? '';
  const observation = random.pick(pool.references).split('/')[1] ?? '';
  const value = (parameter: string): string => JSON.stringify(valueFor(random, parameter, pool));
  const query = random.pick([
    `{ Patient(id: "${patient}") { id birthDate name { family } contact { name { family } gender } } }`,
    `{ PatientList(birthdate: ${value('birthdate')}) { id gender birthDate } }`,
    `{ PatientList(name: ${value('name')}, _count: 3) { id } }`,
    `{ ObservationList(value_quantity: ${value('value-quantity')}) { id valueQuantity { value } } }`,
    `{ ObservationList(patient: ${value('patient')}, _sort: "date") { id status subject { reference display resource { ... on Patient { id birthDate } } } } }`,
    `{ Observation(id: "${observation}") { id note { text } valueQuantity { value } } }`,
    `{ PatientConnection(gender: ${value('gender')}) { count edges { resource { id } } } }`,
    `{ Patient(id: "${patient}") { id ObservationList(_reference: patient) { id valueQuantity { value } } } }`,
    `{ ConditionList(code: ${value('code')}) { id code { coding { code } } } }`,
    '{ PatientList(nonsense: "x") { id } }',
  ]);
  return random.next() < 0.5
    ? {
        surface: 'GraphQL',
        method: 'POST',
        path: '$graphql',
        body: { query },
        headers: { 'content-type': 'application/json' },
      }
    : { surface: 'GraphQL', method: 'GET', path: `$graphql?query=${encodeURIComponent(query)}` };
};
