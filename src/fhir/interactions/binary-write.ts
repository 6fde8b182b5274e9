import { randomUUID } from 'node:crypto';
import { isReachedByWildcard } from '../../access/admin-types.ts';
import type { Access } from '../../storage/access-context.ts';
import { readResource } from '../../storage/repository/reading/read.ts';
import { refuse, rulesOrRefuse } from '../../storage/repository/judging/deny.ts';
import {
  createResource,
  deleteResource,
  updateResource,
  versionConflict,
  type WriteOptions,
} from '../../storage/repository/writing/write.ts';
import { type ShownText, shownText } from '../../storage/repository/shown/shown-text.ts';
import type { ShownWrite } from '../../storage/repository/writing/shown-write.ts';
import type { JsonResource } from '../../storage/content.ts';
import { shownResource } from '../binary/as-resource.ts';
import { binaryCall, parsed, requireContext } from '../binary/binary-call.ts';
import { readUpload, type SentBinary } from '../binary/read-upload.ts';
import { CONTENT_EXTENSION, withServerExtensions } from '../binary/server-extensions.ts';
import { ifMatch } from '../if-match.ts';
import { fhirError } from '../../outcome/codes.ts';
import { isFhirError } from '../../outcome/fhir-error.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { etag, outcome, successOutcome, written } from '../respond.ts';

/**
 * `POST Binary`: a FHIR resource or content of any type.
 * @throws FhirError `ACCESS_DENIED`, `BINARY_INVALID`, `FHIR_BODY_TOO_LARGE`, `BLOB_STORE_UNAVAILABLE`
 * @see https://hl7.org/fhir/R4/binary.html#rest
 */
export async function createBinary(outer: FhirCall): Promise<FhirResponse> {
  const call = binaryCall(outer);
  const { store } = call.services;
  if (call.request.headers['if-none-exist'] !== undefined)
    throw fhirError('BINARY_NOT_SEARCHABLE', { interaction: 'searched' });
  // Who may not create is told before the content is taken in.
  await rulesOrRefuse(store, call.context, 'Binary', 'create', { interaction: 'create' });
  const id = randomUUID();
  const sent = readUpload(call);
  const result = await keeping(call, id, sent, (resource) =>
    createResource(store, call.context, { resource, exact: resource }, id),
  );
  const text = `Successfully created resource "Binary/${id}/_history/${result.versionId}".`;
  return answer(call, 201, result, 'SUCCESSFUL_CREATE', text);
}

/**
 * `PUT Binary/[id]`: replaces the content, or creates under the id.
 * @throws FhirError as {@link createBinary}, and `FHIR_NOT_FOUND`, `FHIR_VERSION_CONFLICT`, `FHIR_ID_*`
 */
export async function updateBinary(outer: FhirCall, id: string): Promise<FhirResponse> {
  const call = binaryCall(outer);
  const { store } = call.services;
  const access = { interaction: 'update', type: 'Binary', id };
  await rulesOrRefuse(store, call.context, 'Binary', 'update', access);
  const condition = ifMatch(call.request);
  const current = await currentBinary(call, id);
  if (current !== undefined) await requireContext(call, access, parsed(current.content));
  const options = await onlyJudged(call, access, condition, current?.versionId);
  if (current === undefined && !seesEveryContext(call)) {
    const error = fhirError('FHIR_NOT_FOUND', { reference: `Binary/${id}` });
    await refuse(store, call.context, access, error);
  }
  const sent = readUpload(call);
  if (sent.content === undefined || sent.resource.id !== undefined) {
    if (sent.resource.id === undefined) throw fhirError('FHIR_ID_MISSING');
    if (sent.resource.id !== id) throw fhirError('FHIR_ID_DIFFERS');
  }
  const result = await keeping(call, id, sent, (resource) =>
    updateResource(store, call.context, id, { resource, exact: resource }, options),
  );
  const code = result.created ? 'SUCCESSFUL_UPDATE_AS_CREATE' : 'SUCCESSFUL_UPDATE';
  const text = `Successfully ${result.created ? 'created' : 'updated'} resource "Binary/${id}/_history/${result.versionId}".`;
  return answer(call, result.created ? 201 : 200, result, code, text);
}

/**
 * `DELETE Binary/[id]`. The versions stay in the history, and so does their content until they are expunged.
 * @throws FhirError `ACCESS_DENIED`, `FHIR_NOT_FOUND`, `FHIR_VERSION_CONFLICT`
 */
export async function deleteBinary(outer: FhirCall, id: string): Promise<FhirResponse> {
  const call = binaryCall(outer);
  const { store } = call.services;
  const access = { interaction: 'delete', type: 'Binary', id };
  await rulesOrRefuse(store, call.context, 'Binary', 'delete', access);
  const condition = ifMatch(call.request);
  const current = await currentBinary(call, id);
  if (current !== undefined)
    await requireContext(call, access, parsed(current.content), { deleting: true });
  const options = await onlyJudged(call, access, condition, current?.versionId);
  const result = await deleteResource(store, call.context, 'Binary', id, options);
  if (result === undefined) {
    const text = `Not deleted, resource Binary/${id} does not exist.`;
    return outcome(200, successOutcome('SUCCESSFUL_DELETE_NOT_FOUND', text));
  }
  const done = successOutcome('SUCCESSFUL_DELETE', 'Successfully deleted 1 resource(s).');
  const { versionId } = result;
  return outcome(200, done, versionId === undefined ? {} : { ETag: etag(versionId) });
}

/** The condition of the write: the version whose context was looked at, and no other, may be replaced. */
async function onlyJudged(
  { services, context }: FhirCall,
  access: Access & { readonly id: string },
  condition: WriteOptions,
  judged: string | undefined,
): Promise<WriteOptions> {
  if (judged === undefined) return condition;
  if (condition.ifMatch?.includes(judged) === false) {
    const error = versionConflict(`Binary/${access.id}`, condition.ifMatch);
    await refuse(services.store, context, access, error);
  }
  return { ifMatch: [judged] };
}

/**
 * True for who may read whatever a Binary can belong to. A free id and one of a hidden Binary must look alike, so only those
 * may choose ids.
 */
function seesEveryContext({ principal, services }: FhirCall): boolean {
  if (principal.plansIds === true) return true;
  return services.definitions.resourceTypes
    .filter((type) => type !== 'Binary' && isReachedByWildcard(type))
    .every((type) =>
      principal.policy.rules(type, 'read').some(({ where }) => where.kind === 'all'),
    );
}

/** The current version for a write; undefined where there is none or the policy shows none. */
async function currentBinary(call: FhirCall, id: string) {
  try {
    return await readResource(call.services.store, call.context, 'Binary', id);
  } catch (error) {
    if (isFhirError(error) && (error.status === 404 || error.status === 410)) return undefined;
    throw error;
  }
}

/** Takes the content in, writes the version that names it, and takes it back where that fails. */
async function keeping(
  call: FhirCall,
  id: string,
  { resource, content }: SentBinary,
  write: (resource: JsonResource) => Promise<ShownWrite>,
): Promise<ShownWrite> {
  if (content === undefined) return write({ ...resource, id });
  const kept = await call.services.binaries.keep(id, content);
  const { data, pointer } = kept;
  try {
    return await write({
      ...withServerExtensions(resource, { [CONTENT_EXTENSION]: pointer }),
      id,
      ...(data === undefined || data === '' ? {} : { data }),
    });
  } catch (error) {
    // The error of the write is the one to tell; what stays behind, the sweep removes.
    await kept.discard().catch(() => undefined);
    throw error;
  }
}

function answer(
  call: FhirCall,
  status: number,
  result: ShownWrite,
  code: string,
  text: string,
): FhirResponse {
  const content = shownResource(result);
  const shown = { ...result, content: wantsUrl(call) ? withUrl(content, result.id) : content };
  return written(call, status, shown, successOutcome(code, text));
}

/**
 * True for Medplum's clients, which copy `url` of the answer to `Attachment.url`. R4 has no such element, so that others do
 * not get it.
 */
function wantsUrl({ request }: FhirCall): boolean {
  return request.headers['x-medplum'] === 'extended';
}

function withUrl(content: ShownText, id: string): ShownText {
  return shownText(JSON.stringify({ ...parsed(content), url: `Binary/${id}` }));
}
