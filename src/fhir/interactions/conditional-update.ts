import { updateMatching } from '../../storage/repository/writing/conditional-write.ts';
import { ifMatch } from '../if-match.ts';
import { readResourceBody } from '../read-body.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { written } from '../respond.ts';
import { readCriteria } from './criteria.ts';
import { updateSuccess } from './success.ts';

/**
 * `PUT [type]?…`: updates the one match, or creates where there is none.
 * @see https://hl7.org/fhir/R4/http.html#cond-update
 */
export async function conditionalUpdate(call: FhirCall, type: string): Promise<FhirResponse> {
  const input = readResourceBody(call.request, type);
  const criteria = readCriteria(call, type, call.request.query, 'update');
  const { store } = call.services;
  const result = await updateMatching(store, call.context, criteria, input, ifMatch(call.request));
  return written(call, result.created ? 201 : 200, result, updateSuccess(result, result.matched));
}
