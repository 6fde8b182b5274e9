import type { Principal } from '../access/principal.ts';
import { resourceScopes } from '../access/scopes.ts';
import { fhirError } from '../outcome/codes.ts';
import type { BulkService } from './bulk-service.ts';
import { type BulkJob, readJob } from './job-store.ts';

/**
 * A job as its owner sees it. To all others it does not exist, nor to the owner under a token of another client or of
 * other scopes, whose reach the files would exceed.
 * @throws FhirError `BULK_JOB_UNKNOWN`; `ACCESS_OPERATION_DENIED` where the owner may not export any more
 */
export async function visibleJob(
  service: BulkService,
  principal: Principal,
  kind: BulkJob['kind'],
  id: string,
): Promise<BulkJob> {
  const job = await readJob(service.store.database, id);
  if (job?.kind !== kind || !isOwner(job, principal)) throw fhirError('BULK_JOB_UNKNOWN');
  if (principal.policy.operation(kind) === undefined)
    throw fhirError('ACCESS_OPERATION_DENIED', { operation: kind });
  return job;
}

function isOwner({ owner, claims: { token } }: BulkJob, principal: Principal): boolean {
  return (
    owner === principal.reference &&
    token?.clientId === principal.clientId &&
    scopesOf(token?.scope) === scopesOf(principal.scope)
  );
}

function scopesOf(scope: string | undefined): string {
  return resourceScopes(scope ?? '').join(' ');
}
