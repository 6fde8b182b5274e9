import { callersId } from '../../storage/repository/judging/caller-ids.ts';
import { updateResource } from '../../storage/repository/writing/write.ts';
import { ifMatch } from '../if-match.ts';
import { fhirError } from '../../outcome/codes.ts';
import { readResourceBody } from '../read-body.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { written } from '../respond.ts';
import { updateSuccess } from './success.ts';

/** `PUT [type]/[id]`: replaces, or creates under the id. @see https://hl7.org/fhir/R4/http.html#update */
export async function update(call: FhirCall, type: string, id: string): Promise<FhirResponse> {
  const input = readResourceBody(call.request, type);
  if (input.resource.id === undefined) throw fhirError('FHIR_ID_MISSING');
  const { store } = call.services;
  // Who knows resources by pseudonyms names them so in the body as well.
  if (callersId(store, call.principal, type, input.resource.id) !== id)
    throw fhirError('FHIR_ID_DIFFERS');
  const result = await updateResource(store, call.context, id, input, ifMatch(call.request));
  return written(call, result.created ? 201 : 200, result, updateSuccess(result));
}
