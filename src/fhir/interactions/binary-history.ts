import { binaryCall } from '../binary/binary-call.ts';
import { mayAccess } from '../binary/security-context.ts';
import { withServerExtensions } from '../binary/server-extensions.ts';
import { refuse } from '../../storage/repository/judging/deny.ts';
import { fhirError } from '../../outcome/codes.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import type { JsonResource } from '../../storage/content.ts';
import { history } from './history.ts';

interface HistoryEntry {
  readonly resource?: JsonResource;
}

/**
 * `GET Binary/[id]/_history`: the versions whose securityContext the caller may read. Large content is left out; each
 * version has it under its own URL.
 * @throws FhirError `ACCESS_DENIED`, `FHIR_NOT_FOUND`
 * @see https://hl7.org/fhir/R4/http.html#history
 */
export async function binaryHistory(outer: FhirCall, id: string): Promise<FhirResponse> {
  const call = binaryCall(outer);
  const answer = await history(call, { scope: 'instance', type: 'Binary', id });
  const bundle = JSON.parse(answer.body ?? '{}') as { readonly entry?: readonly HistoryEntry[] };
  const shown: HistoryEntry[] = [];
  // A deletion is for those who may have the version before it, which is the next entry of the page.
  let before = false;
  for (const entry of (bundle.entry ?? []).toReversed()) {
    const { resource } = entry;
    if (resource !== undefined) before = await mayAccess(call, resource, true);
    if (!before) continue;
    shown.unshift(
      resource === undefined ? entry : { ...entry, resource: withServerExtensions(resource, {}) },
    );
  }
  if (shown.length === 0) {
    return refuse(
      call.services.store,
      call.context,
      { interaction: 'history-instance', type: 'Binary', id },
      fhirError('FHIR_NOT_FOUND', { reference: `Binary/${id}` }),
    );
  }
  return { ...answer, body: JSON.stringify({ ...bundle, entry: shown }) };
}
