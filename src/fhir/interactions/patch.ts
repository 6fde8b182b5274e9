import { patchMatching } from '../../storage/repository/writing/conditional-write.ts';
import { patchResource } from '../../storage/repository/writing/write.ts';
import { ifMatch } from '../if-match.ts';
import { readPatch } from '../patch/read-patch.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { written } from '../respond.ts';
import { readCriteria } from './criteria.ts';
import { patchSuccess } from './success.ts';

/** `PATCH [type]/[id]` with a JSON Patch or FHIRPath Patch. @see https://hl7.org/fhir/R4/http.html#patch */
export async function patch(call: FhirCall, type: string, id: string): Promise<FhirResponse> {
  const { store, definitions } = call.services;
  const change = readPatch(definitions, call.request);
  const options = ifMatch(call.request);
  const result = await patchResource(store, call.context, type, id, change, options);
  return written(call, 200, result, patchSuccess(result, false));
}

/** `PATCH [type]?…`: patches the one match. @see https://hl7.org/fhir/R4/http.html#patch */
export async function conditionalPatch(call: FhirCall, type: string): Promise<FhirResponse> {
  const { store, definitions } = call.services;
  const change = readPatch(definitions, call.request);
  const criteria = readCriteria(call, type, call.request.query, 'patch');
  const options = ifMatch(call.request);
  const result = await patchMatching(store, call.context, criteria, change, options);
  return written(call, 200, result, patchSuccess(result, true));
}
