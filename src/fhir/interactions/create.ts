import { createResource } from '../../storage/repository/write.ts';
import { fhirError } from '../outcome/codes.ts';
import { readResourceBody } from '../read-body.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { successOutcome, written } from '../respond.ts';

/** `POST [type]`. An id in the body is ignored, as the specification asks. @see https://hl7.org/fhir/R4/http.html#create */
export async function create(call: FhirCall, type: string): Promise<FhirResponse> {
  if (call.request.headers['if-none-exist'] !== undefined) {
    throw fhirError('FHIR_INVALID_HEADER', { name: 'If-None-Exist' });
  }
  const input = readResourceBody(call.request, type);
  const version = await createResource(call.services.store, call.context, input);
  return written(
    call,
    201,
    version,
    successOutcome(
      'SUCCESSFUL_CREATE',
      `Successfully created resource "${type}/${version.id}/_history/1".`,
    ),
  );
}
