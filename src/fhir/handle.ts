import type { Principal } from '../access/principal.ts';
import { errorResponse } from '../outcome/error-response.ts';
import { binary } from './interactions/binary.ts';
import { bundle } from './interactions/bundle.ts';
import { conditionalUpdate } from './interactions/conditional-update.ts';
import { create } from './interactions/create.ts';
import { executeBot } from './interactions/execute-bot.ts';
import { resumePage } from './interactions/linked-page.ts';
import { history } from './interactions/history.ts';
import { operation } from './interactions/operation.ts';
import { conditionalPatch, patch } from './interactions/patch.ts';
import { read } from './interactions/read.ts';
import { conditionalDelete, remove } from './interactions/delete.ts';
import { search } from './interactions/search.ts';
import { searchCompartment } from './interactions/search-compartment.ts';
import { searchWholeSystem } from './interactions/search-system.ts';
import { update } from './interactions/update.ts';
import { vread } from './interactions/vread.ts';
import { publicDocument } from './public-document.ts';
import { bulkFile, cancelBulkJob } from './operations/bulk-job.ts';
import { exportStatus } from './operations/export-status.ts';
import { importStatus } from './operations/import-status.ts';
import { cancelJob, jobStatus } from './operations/job-status.ts';
import { checkFormat } from './format.ts';
import type { FhirCall, FhirRequest, FhirResponse, FhirServices } from './request.ts';
import { withOwnId, withOwnIds, withPseudonyms } from './pseudonymised.ts';
import { FHIR_JSON_UTF8, resourceAnswer } from './respond.ts';
import { type Route, route } from './route.ts';
import { readAuditEvent } from '../audit/read.ts';
import { recordAccess, refusalOutcome } from '../storage/repository/judging/deny.ts';
import { fhirError } from '../outcome/codes.ts';
import { isFhirError } from '../outcome/fhir-error.ts';
import { wantsExplanation, withEntries, withRules } from './explain/x-explain.ts';
import { narrowed } from './narrowed.ts';
import { attempted } from './attempted.ts';
import { withReadableBody } from './xml-body.ts';

/**
 * The way of every FHIR request: find the interaction, do it under the principal's policy, answer. Never rejects: what
 * fails becomes an OperationOutcome, and `onError` hears of what is not the caller's fault.
 */
export async function handleFhir(
  services: FhirServices,
  principal: Principal,
  request: FhirRequest,
  onError: (error: unknown) => void,
): Promise<FhirResponse> {
  const answer = await handleInner(services, principal, request, onError);
  return withPseudonyms(services, principal, request, answer);
}

async function handleInner(
  services: FhirServices,
  principal: Principal,
  asked: FhirRequest,
  onError: (error: unknown) => void,
): Promise<FhirResponse> {
  const request = withOwnIds(services, principal, asked);
  const explained: string[] | undefined = wantsExplanation(principal, asked) ? [] : undefined;
  const call: FhirCall = {
    services,
    request,
    principal,
    context: {
      principal,
      requestId: request.requestId,
      ...(request.network === undefined ? {} : { network: request.network }),
      ...(explained === undefined ? {} : { explained }),
    },
    dispatch: (inner) => handleInner(services, principal, inner, onError),
  };
  let found: Route | undefined;
  try {
    found = withOwnId(services, principal, route(services.definitions, asked.method, asked.path));
    if (principal.barred === true) throw fhirError('ACCESS_DENIED_NETWORK');
    refuseOnBehalfOf(request.headers);
    checkFormat(request, found);
    const answer = narrowed(
      call,
      found,
      await interact(await withReadableBody(call, found), found),
    );
    return explained === undefined ? answer : withRules(answer, explained);
  } catch (error) {
    const answer = errorResponse(await recorded(call, found, error), request.requestId, onError);
    return explained === undefined
      ? answer
      : withExplainedDenial(call, found, withRules(answer, explained), onError);
  }
}

/**
 * Who asks to act for somebody else expects to see and write as that person: ignoring it would show more, and put it on the
 * ledger under another name.
 * @throws FhirError `FHIR_ON_BEHALF_OF`
 */
function refuseOnBehalfOf(headers: FhirRequest['headers']): void {
  if (headers['x-medplum-on-behalf-of'] !== undefined) throw fhirError('FHIR_ON_BEHALF_OF');
}

/** Never rejects: a denial that cannot be explained is an error of the server, and the answer is that. */
async function withExplainedDenial(
  call: FhirCall,
  found: Route | undefined,
  answer: FhirResponse,
  onError: (error: unknown) => void,
): Promise<FhirResponse> {
  try {
    return await withEntries(call, call.request, found, answer);
  } catch (error) {
    return errorResponse(error, call.request.requestId, onError);
  }
}

/**
 * A request that failed before anything of the store was asked is an access as well, and stands on the ledger before its
 * answer goes out. Of what it asked for only the route is kept: the rest could not be read.
 * @returns the error to answer with: the ledger's own where the record could not be made
 */
async function recorded(
  { services, context }: FhirCall,
  found: Route | undefined,
  error: unknown,
): Promise<unknown> {
  if (!isFhirError(error) || error.recorded || error.status >= 500) return error;
  try {
    await recordAccess(services.store, context, {
      ...(found === undefined ? { interaction: 'unknown' } : attempted(found)),
      outcome: refusalOutcome(error),
      detail: error.code,
    });
    error.recorded = true;
    return error;
  } catch (unrecorded) {
    return unrecorded;
  }
}

async function interact(call: FhirCall, found: Route): Promise<FhirResponse> {
  if ('type' in found && found.type === 'AuditEvent') return auditEvent(call, found);
  if ('type' in found && found.type === 'Binary') {
    const answer = binary(call, found);
    if (answer !== undefined) return answer;
  }
  if (found.kind === 'search-system') {
    const page = await resumePage(call);
    if (page !== undefined) return page;
  }
  switch (found.kind) {
    case 'capabilities':
      return publicDocument(
        await call.services.capabilities(call.request.base),
        FHIR_JSON_UTF8,
        call.request.headers['if-none-match'],
      );
    case 'bundle':
      return bundle(call);
    case 'read':
      return read(call, found.type, found.id);
    case 'vread':
      return vread(call, found.type, found.id, found.version);
    case 'history':
      return history(call, { scope: 'instance', type: found.type, id: found.id });
    case 'history-type':
      return history(call, { scope: 'type', type: found.type });
    case 'history-system':
      return history(call, { scope: 'system' });
    case 'create':
      return create(call, found.type);
    case 'update':
      return update(call, found.type, found.id);
    case 'patch':
      return patch(call, found.type, found.id);
    case 'delete':
      return remove(call, found.type, found.id);
    case 'conditional-update':
      return conditionalUpdate(call, found.type);
    case 'conditional-patch':
      return conditionalPatch(call, found.type);
    case 'conditional-delete':
      return conditionalDelete(call, found.type);
    case 'search':
      return search(call, found.type, found.form);
    case 'search-system':
      return searchWholeSystem(call, found.form);
    case 'search-compartment':
      return searchCompartment(call, found);
    case 'export-status':
      return exportStatus(call, found.id);
    case 'import-status':
      return importStatus(call, found.id);
    case 'export-cancel':
      return cancelBulkJob(call, 'export', found.id);
    case 'import-cancel':
      return cancelBulkJob(call, 'import', found.id);
    case 'export-file':
      return bulkFile(call, 'export', found.id, found.number);
    case 'import-file':
      return bulkFile(call, 'import', found.id, found.number);
    case 'job-status':
      return jobStatus(call, found.id);
    case 'job-cancel':
      return cancelJob(call, found.id);
    case 'operation':
      if (found.type === 'Bot' && found.name === 'execute') return executeBot(call, found);
      return operation(call, found);
  }
}

/** The ledger is read like any resource, and written by nobody. */
async function auditEvent(call: FhirCall, found: Route): Promise<FhirResponse> {
  if (found.kind === 'read') {
    return resourceAnswer(200, await readAuditEvent(call.services.store, call.context, found.id));
  }
  if (found.kind === 'search') return search(call, 'AuditEvent', found.form);
  if (found.kind === 'operation') return operation(call, found);
  throw fhirError(
    'FHIR_METHOD_NOT_ALLOWED',
    { method: call.request.method, path: call.request.path },
    { headers: { Allow: 'GET' } },
  );
}
