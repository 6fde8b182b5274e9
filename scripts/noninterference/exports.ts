import type { PairRequest, Pool } from './requests/request.ts';

/** Exports at each level, with filters that could tell. */
export function exportsOf(pool: Pool): readonly PairRequest[] {
  const headers = { prefer: 'respond-async', accept: 'application/fhir+json' };
  return [
    '$export?_type=Patient,Observation,Condition',
    'Patient/$export?_type=Observation',
    `$export?_type=Patient&_typeFilter=${encodeURIComponent('Patient?birthdate=ge1961')}`,
    `$export?_type=Observation&_typeFilter=${encodeURIComponent('Observation?value-quantity=gt30')}`,
    '$export?_type=Patient,Observation&_since=2026-11-02T08:00:30Z',
    `Patient/$export?patient=${pool.patients.join(',')}&_type=Condition`,
  ].map((path) => ({ surface: '$export', method: 'GET', path, headers }));
}
