import type { ParametersParameter } from '@medplum/fhirtypes';
import { layered, storedConformance } from '../conformance/stored.ts';
import { isFhirError } from '../outcome/fhir-error.ts';
import type { OperationTarget } from '../fhir/operations/core-operation.ts';
import type { FhirCall, FhirResponse } from '../fhir/request.ts';
import { json } from '../fhir/respond.ts';
import { recordAccess, refuse } from '../storage/repository/judging/deny.ts';
import { createTerminology, type Terminology } from './terminology.ts';

/** The terminology as the caller may see it: what is stored and visible, then what came with the server. */
export function terminologyOf({ services, context }: FhirCall): Terminology {
  return createTerminology(
    layered(storedConformance(services.store, context), services.conformance),
  );
}

/**
 * Does the work of an operation and records the call before its answer goes out; a refusal is recorded as such.
 * @param asked what the call was about, for the audit record: a canonical, never a code of a patient
 */
export async function recorded(
  { services, context }: FhirCall,
  operation: string,
  { type, id }: OperationTarget,
  asked: string | undefined,
  work: () => Promise<FhirResponse>,
): Promise<FhirResponse> {
  const access = {
    interaction: `operation:${operation}`,
    ...(type === undefined ? {} : { type }),
    ...(id === undefined ? {} : { id }),
    ...(asked === undefined ? {} : { query: asked.slice(0, 500) }),
  };
  try {
    const response = await work();
    await recordAccess(services.store, context, access);
    return response;
  } catch (error) {
    if (!isFhirError(error) || error.recorded || error.status >= 500) throw error;
    return refuse(services.store, context, access, error);
  }
}

/** An answer with a Parameters resource; parameters without a value are left out. */
export function parametersAnswer(
  parameter: readonly (ParametersParameter | undefined)[],
): FhirResponse {
  const given = parameter.filter((it) => it !== undefined);
  return json(200, JSON.stringify({ resourceType: 'Parameters', parameter: given }));
}
