import { normalizeString } from '../../src/search/index-values.ts';
import type { LoadedData, LoadedPatient } from './load-data.ts';
import type { StoredKeys } from './index-keys.ts';
import { FREQUENT_CODE } from './vital-signs.ts';
import type { Identity, Workload } from './workload.ts';
import type { Random } from './random.ts';
import type { BenchRequest } from './drive.ts';

const get = (path: string): BenchRequest => ({ method: 'GET', path });
const FROM = '2024-07-01';
const UNTIL = '2024-09-01';

/** Reads and searches under an identity; the patient's own data only where it is the patient who asks. */
export function readWorkloads(
  base: string,
  data: LoadedData,
  identity: Identity,
  keys: StoredKeys | undefined,
): readonly Workload[] {
  const patients = identity === 'patient' ? data.patients.slice(0, 1) : data.patients;
  const anybody = (random: Random): LoadedPatient => random.pick(patients);
  const workload = (
    name: string,
    path: (patient: LoadedPatient, random: Random) => string,
    find?: (patient: LoadedPatient, random: Random, keys: StoredKeys) => string,
  ): Workload => ({
    name,
    identity,
    status: 200,
    writes: 0,
    server: (random) => get(`${base}/${path(anybody(random), random)}`),
    ...(find === undefined || keys === undefined
      ? {}
      : { raw: (random: Random) => get(find(anybody(random), random, keys)) }),
    comparable: true,
  });
  const observations = [
    workload(
      'read Observation',
      ({ observations }, random) => `Observation/${random.pick(observations)}`,
      ({ observations }, random) => `/read/Observation/${random.pick(observations)}`,
    ),
    workload(
      'search patient + code',
      ({ id }) => `Observation?patient=${id}&code=${FREQUENT_CODE}&_count=20`,
      ({ id }, _, k) =>
        found('patient-code', 'Observation', k.patient(id), k.code('Observation', FREQUENT_CODE)),
    ),
    workload(
      'search patient + code + date, newest first',
      ({ id }) =>
        `Observation?patient=${id}&code=${FREQUENT_CODE}&date=ge${FROM}&_sort=-date&_count=20`,
      ({ id }, _, k) =>
        found(
          'patient-code-date',
          'Observation',
          k.patient(id),
          k.code('Observation', FREQUENT_CODE),
          String(Date.parse(FROM)),
        ),
    ),
  ];
  if (identity === 'patient') return observations;
  const asGraph = (id: string): string =>
    `{ Patient(id: "${id}") { id birthDate name { family given } }
      ObservationList(patient: "${id}", _count: 20) { id status effectiveDateTime code { coding { system code } }
        valueQuantity { value unit } } }`;
  return [
    workload(
      'search Observation by date, page of 50',
      () => `Observation?date=ge${FROM}&date=lt${UNTIL}&_count=50`,
      () => found('date', 'Observation', String(Date.parse(FROM)), String(Date.parse(UNTIL))),
    ),
    {
      ...workload(
        '_revinclude of 25 Encounters',
        ({ id }) => `Patient?_id=${id}&_revinclude=Encounter:patient`,
        ({ id }, _, k) => found('revinclude', 'Patient', id, 'Encounter', k.patient(id)),
      ),
      anyOrder: true,
    },
    {
      ...workload(
        'GraphQL: patient with 20 Observations',
        ({ id }) => `$graphql?query=${encodeURIComponent(asGraph(id))}`,
        ({ id }, _, k) => found('graphql', 'Patient', id, 'Observation', k.patient(id)),
      ),
      comparable: false,
    },
    workload(
      'read Patient',
      ({ id }) => `Patient/${id}`,
      ({ id }) => `/read/Patient/${id}`,
    ),
    ...observations,
    workload(
      'search Patient by name',
      ({ family }) => `Patient?name=${encodeURIComponent(family)}&_count=20`,
      ({ family }, _, k) => {
        const value = normalizeString(family);
        return found('name', 'Patient', k.param('Patient', 'name'), value, `${value}\u{10ffff}`);
      },
    ),
    workload(
      'search Patient by identifier',
      ({ identifier }) => `Patient?identifier=${encodeURIComponent(identifier)}&_count=20`,
      ({ identifier }, _, k) => {
        const [system = '', value = ''] = identifier.split('|');
        return found('token', 'Patient', k.token('Patient', 'identifier', system, value));
      },
    ),
    workload(
      'search Patient by birthdate, sorted',
      ({ birthDate }) => `Patient?birthdate=ge${birthDate}&_sort=birthdate&_count=20`,
      ({ birthDate }) => found('birthdate', 'Patient', String(Date.parse(birthDate))),
    ),
  ];
}

function found(name: string, type: string, ...values: readonly string[]): string {
  return `/find/${name}/${type}?${values.map((value) => `v=${encodeURIComponent(value)}`).join('&')}`;
}
