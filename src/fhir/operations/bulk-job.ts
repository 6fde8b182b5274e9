import { Readable } from 'node:stream';
import { removeBulkJob } from '../../bulk/expire.ts';
import type { BulkJob } from '../../bulk/job-store.ts';
import { readFiles } from '../../bulk/job-store.ts';
import { requireSameReach } from '../../bulk/same-reach.ts';
import { visibleJob } from '../../bulk/visible-job.ts';
import { recordAccess } from '../../storage/repository/judging/deny.ts';
import { fhirError } from '../../outcome/codes.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { outcome, successOutcome } from '../respond.ts';

/** Nothing of a bulk job may stay in a cache on the way. */
const PRIVATE = { 'Cache-Control': 'no-store, private' };

/** Seconds after which asking again makes sense. */
const RETRY_AFTER = 1;

/**
 * How far a job is, and in the end its manifest.
 * @param progress says how much is done: fewer than 100 characters
 * @throws FhirError `BULK_JOB_UNKNOWN`, `BULK_JOB_FAILED`, `BULK_POLICY_CHANGED`
 * @see https://hl7.org/fhir/uv/bulkdata/STU2/export.html#bulk-data-status-request
 */
export async function bulkStatus(
  call: FhirCall,
  kind: BulkJob['kind'],
  id: string,
  progress: (job: BulkJob) => string,
  manifest: (job: BulkJob) => Promise<object>,
): Promise<FhirResponse> {
  const job = await visibleJob(call.services.bulk, call.principal, kind, id);
  if (job.status === 'failed') throw fhirError('BULK_JOB_FAILED', { reason: job.failure ?? '' });
  if (job.status === 'active') {
    return {
      status: 202,
      headers: { ...PRIVATE, 'X-Progress': progress(job), 'Retry-After': String(RETRY_AFTER) },
    };
  }
  if (kind === 'export') requireSameReach(call.services.bulk, job, call.principal);
  const text = Buffer.from(JSON.stringify(await manifest(job)));
  // It says how much there is of each type, which is something about the data.
  await recordAccess(call.services.store, call.context, {
    interaction: `operation:${kind}`,
    query: `bulkdata/${kind}/${job.id}`,
    rule: call.principal.policy.operation(kind) ?? '',
    detail: 'Manifest read',
  });
  return {
    status: 200,
    headers: {
      ...PRIVATE,
      'Content-Type': 'application/json',
      'Content-Length': String(text.length),
      Expires: new Date(job.expires).toUTCString(),
    },
    stream: Readable.from([text]),
  };
}

/** `DELETE bulkdata/[kind]/[id]`: ends the job and removes its files. @throws FhirError `BULK_JOB_UNKNOWN` */
export async function cancelBulkJob(
  call: FhirCall,
  kind: BulkJob['kind'],
  id: string,
): Promise<FhirResponse> {
  const { services, principal, context } = call;
  const job = await visibleJob(services.bulk, principal, kind, id);
  await removeBulkJob(services.bulk, job.id);
  await recordAccess(services.store, context, {
    interaction: `operation:${kind}`,
    query: `bulkdata/${kind}/${job.id}`,
    detail: 'Cancelled or removed',
  });
  return outcome(202, successOutcome('SUCCESSFUL_DELETE', `The ${kind} has been removed`));
}

/**
 * `GET bulkdata/[kind]/[id]/[number]`: one file, as it is. The download is recorded before the first byte.
 * @throws FhirError `BULK_JOB_UNKNOWN`, `BULK_POLICY_CHANGED`
 */
export async function bulkFile(
  call: FhirCall,
  kind: BulkJob['kind'],
  id: string,
  number: number,
): Promise<FhirResponse> {
  const { services, principal, context } = call;
  const { bulk, store } = services;
  const job = await visibleJob(bulk, principal, kind, id);
  if (kind === 'export') requireSameReach(bulk, job, principal);
  const files = await readFiles(store.database, id);
  const file = files.find((one) => one.number === number && one.list !== 'input');
  if (file === undefined || job.status === 'failed') throw fhirError('BULK_JOB_UNKNOWN');
  const stream = await bulk.blobs.read(file.key);
  try {
    await recordAccess(store, context, {
      interaction: `operation:${kind}`,
      type: file.type,
      query: `bulkdata/${kind}/${id}/${String(number)}`,
      rule: principal.policy.operation(kind) ?? '',
      detail: 'File downloaded',
    });
  } catch (error) {
    stream.destroy();
    throw error;
  }
  return {
    status: 200,
    headers: {
      ...PRIVATE,
      'Content-Type': 'application/fhir+ndjson',
      'Content-Length': file.bytes,
    },
    stream,
  };
}
