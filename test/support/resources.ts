import type { Answer } from './fhir-client.ts';

/** A valid Observation about a patient, recorded by them. */
export function observation(patient: string, more: object = {}): object {
  return {
    resourceType: 'Observation',
    status: 'final',
    code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }] },
    subject: { reference: `Patient/${patient}` },
    performer: [{ reference: `Patient/${patient}` }],
    ...more,
  };
}

/** A membership that gives a policy to an identity. */
export function membership(id: string, profile: string, policy: string): object {
  return {
    resourceType: 'ProjectMembership',
    id,
    project: { reference: 'Project/test' },
    user: { reference: `User/${id}` },
    profile: { reference: profile },
    accessPolicy: { reference: `AccessPolicy/${policy}` },
  };
}

/** Header fields that differ between any two answers. */
const PER_REQUEST = new Set(['date', 'x-request-id', 'keep-alive', 'connection']);

/**
 * What a caller can see of an answer, with the id asked for taken out: two answers that must not be told apart are equal
 * in this form.
 */
export function observable(answer: Answer, id: string): object {
  const headers = [...answer.headers].filter(
    ([name]) => !PER_REQUEST.has(name) && name !== 'content-length',
  );
  return {
    status: answer.status,
    headers: JSON.stringify(headers).replaceAll(id, '<id>'),
    body: answer.text
      .replaceAll(id, '<id>')
      .replaceAll(/"(id|lastUpdated|lastModified)":"[^"]*"/g, '"$1":""'),
  };
}
