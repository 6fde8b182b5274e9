import { unsealBinaries } from '../../access/seal-binaries.ts';
import { lastVersion } from '../../storage/repository/reading/last-version.ts';
import { refuse } from '../../storage/repository/judging/deny.ts';
import type { Access } from '../../storage/access-context.ts';
import type { JsonResource } from '../../storage/content.ts';
import { fhirError } from '../../outcome/codes.ts';
import { isFhirError } from '../../outcome/fhir-error.ts';
import type { FhirCall } from '../request.ts';
import { mayAccess } from './security-context.ts';

/** The call with the caller's rules for Binary in force; whoever uses it looks at the securityContext. */
export function binaryCall(call: FhirCall): FhirCall {
  const principal = unsealBinaries(call.principal);
  return { ...call, principal, context: { ...call.context, principal } };
}

/** The resource of a stored text. */
export function parsed(content: string): JsonResource {
  return JSON.parse(content) as JsonResource;
}

/**
 * Hides a Binary whose context the caller may not read: answered as one that was never there.
 * @throws FhirError `FHIR_NOT_FOUND`, recorded
 */
export async function requireContext(
  call: FhirCall,
  access: Access & { readonly id: string },
  resource: JsonResource,
  {
    deleting = false,
    version,
  }: { readonly deleting?: boolean; readonly version?: string | undefined } = {},
): Promise<void> {
  if (await mayAccess(call, resource, deleting)) return;
  await refuse(call.services.store, call.context, access, notFound(access.id, version));
}

/**
 * Runs a read. That a Binary was deleted is told only to those who could have had it.
 * @throws FhirError as `read` does; `FHIR_NOT_FOUND` in place of a deletion that is not for the caller
 */
export async function hidingDeletions<T>(
  call: FhirCall,
  access: Access & { readonly id: string },
  read: () => Promise<T>,
  version?: string,
): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!isFhirError(error) || error.code !== 'FHIR_DELETED') throw error;
    const { store } = call.services;
    const last = await lastVersion(store, store.database, 'Binary', access.id);
    if (last !== undefined && (await mayAccess(call, parsed(last.content), true))) throw error;
    const hidden = notFound(access.id, version);
    hidden.recorded = true;
    throw hidden;
  }
}

/** As it is answered to who asks for what never was: the version is named as the caller named it. */
function notFound(id: string, version: string | undefined) {
  const suffix = version === undefined ? '' : `/_history/${version.slice(0, 64)}`;
  return fhirError('FHIR_NOT_FOUND', { reference: `Binary/${id}${suffix}` });
}
