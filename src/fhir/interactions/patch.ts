import { patchResource } from '../../storage/repository/write.ts';
import { ifMatch } from '../if-match.ts';
import { patchResourceText, readResourcePatch } from '../json/patch-resource.ts';
import { readJson } from '../read-body.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { successOutcome, written } from '../respond.ts';

const JSON_PATCH = new Set(['application/json-patch+json']);

/** `PATCH [type]/[id]` with a JSON Patch. @see https://hl7.org/fhir/R4/http.html#patch */
export async function patch(call: FhirCall, type: string, id: string): Promise<FhirResponse> {
  const operations = readResourcePatch(readJson(call.request, JSON_PATCH));
  const result = await patchResource(
    call.services.store,
    call.context,
    type,
    id,
    (content) => patchResourceText(content, operations),
    ifMatch(call.request),
  );
  const code = result.changed ? 'SUCCESSFUL_PATCH' : 'SUCCESSFUL_PATCH_NO_CHANGE';
  return written(
    call,
    200,
    result,
    successOutcome(
      code,
      `Successfully patched resource "${type}/${id}/_history/${String(result.version)}".`,
    ),
  );
}
