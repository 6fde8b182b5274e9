import type { CodeSystem, ConceptMap, Resource, ValueSet } from '@medplum/fhirtypes';
import { fhirError } from '../outcome/codes.ts';
import type { FhirCall } from '../fhir/request.ts';
import { readResource } from '../storage/repository/reading/read.ts';
import type { OperationInput } from './parameters.ts';

type Terminological = CodeSystem | ConceptMap | ValueSet;

/** The resource that a call is about: the instance, or one in the input; undefined if it is named by its canonical only. */
export async function resourceOfCall<T extends Terminological>(
  call: FhirCall,
  type: T['resourceType'],
  id: string | undefined,
  input: OperationInput,
  parameter: string,
  operation: string,
): Promise<T | undefined> {
  if (id !== undefined) {
    const { content } = await readResource(call.services.store, call.context, type, id);
    return JSON.parse(content) as T;
  }
  const given: Resource | undefined = input.resource(parameter);
  if (given === undefined) return undefined;
  if (given.resourceType !== type) {
    throw fhirError('OPERATION_INVALID_PARAMETERS', {
      operation,
      reason: `"${parameter}" is no ${type}`,
    });
  }
  // What comes from outside is checked before anything reads it as what it says it is.
  call.services.store.validate(given, type);
  return given as T;
}

/** A canonical with the version that may be given beside it. */
export function withVersion(url: string, version: string | undefined): string {
  return version === undefined || url.includes('|') ? url : `${url}|${version}`;
}
