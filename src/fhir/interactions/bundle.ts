import type { Bundle } from '@medplum/fhirtypes';
import { fhirError } from '../outcome/codes.ts';
import { readResourceBody } from '../read-body.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { batch } from './batch.ts';
import { transaction } from './transaction.ts';

/** Entries that a Bundle may have; its size is limited by the size of the body as well. */
const MAX_ENTRIES = 10_000;

/** `POST` to the base: a batch or a transaction. @see https://hl7.org/fhir/R4/http.html#transaction */
export async function bundle(call: FhirCall): Promise<FhirResponse> {
  const body = readResourceBody(call.request, 'Bundle');
  const resource = body.resource as unknown as Bundle;
  const exact = body.exact as unknown as Bundle;
  const { entry } = resource as { entry?: unknown };
  const objects =
    entry === undefined ||
    (Array.isArray(entry) &&
      entry.every((item) => typeof item === 'object' && item !== null && !Array.isArray(item)));
  if (!objects)
    throw fhirError('FHIR_INVALID_BUNDLE', { reason: 'entry is not a list of objects' });
  if ((resource.entry?.length ?? 0) > MAX_ENTRIES) {
    throw fhirError('FHIR_INVALID_BUNDLE', {
      reason: `it has more than ${String(MAX_ENTRIES)} entries`,
    });
  }
  switch (resource.type) {
    case 'batch':
      return batch(call, resource, exact);
    case 'transaction':
      return transaction(call, resource, exact);
    default:
      throw fhirError('FHIR_INVALID_BUNDLE', {
        reason: 'its type is neither batch nor transaction',
      });
  }
}
