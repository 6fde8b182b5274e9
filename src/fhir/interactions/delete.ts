import { deleteResource } from '../../storage/repository/write.ts';
import { ifMatch } from '../if-match.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { etag, outcome, successOutcome } from '../respond.ts';

/** `DELETE [type]/[id]`; deleting what is not there succeeds. @see https://hl7.org/fhir/R4/http.html#delete */
export async function remove(call: FhirCall, type: string, id: string): Promise<FhirResponse> {
  const result = await deleteResource(
    call.services.store,
    call.context,
    type,
    id,
    ifMatch(call.request),
  );
  if (result === undefined) {
    return outcome(
      200,
      successOutcome(
        'SUCCESSFUL_DELETE_NOT_FOUND',
        `Not deleted, resource ${type}/${id} does not exist.`,
      ),
    );
  }
  return outcome(200, successOutcome('SUCCESSFUL_DELETE', 'Successfully deleted 1 resource(s).'), {
    ETag: etag(result.version),
  });
}
