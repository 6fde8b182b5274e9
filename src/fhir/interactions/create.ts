import { createIfNoneExists } from '../../storage/repository/writing/conditional-write.ts';
import type { ResourceInput } from '../../storage/repository/writing/unit.ts';
import { createResource } from '../../storage/repository/writing/write.ts';
import { readResourceBody } from '../read-body.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { written } from '../respond.ts';
import { readCriteria } from './criteria.ts';
import { createSuccess } from './success.ts';

/**
 * `POST [type]`, with `If-None-Exist` only if nothing matches. An id in the body is ignored, as the specification asks.
 * @see https://hl7.org/fhir/R4/http.html#create
 */
export async function create(call: FhirCall, type: string): Promise<FhirResponse> {
  const input = readResourceBody(call.request, type);
  const condition = call.request.headers['if-none-exist'];
  if (condition !== undefined) return conditionalCreate(call, type, condition, input);
  const version = await createResource(call.services.store, call.context, input);
  return written(call, 201, version, createSuccess(version));
}

async function conditionalCreate(
  call: FhirCall,
  type: string,
  condition: string,
  input: ResourceInput,
): Promise<FhirResponse> {
  const criteria = readCriteria(call, type, condition, 'create');
  const result = await createIfNoneExists(call.services.store, call.context, criteria, input);
  return written(call, result.created ? 201 : 200, result, createSuccess(result, result.matched));
}
