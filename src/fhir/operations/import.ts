import { randomUUID } from 'node:crypto';
import { requireFreeJob, startBulkJob } from '../../bulk/bulk-service.ts';
import { type ImportPlan, importStart } from '../../bulk/import/import-plan.ts';
import { isNdjson } from '../../bulk/import/ndjson-type.ts';
import { type NamedInput, planImport } from '../../bulk/import/plan-import.ts';
import {
  discardUploads,
  takeOver,
  type UploadedInput,
  uploadInput,
} from '../../bulk/import/uploaded-input.ts';
import { recordAccess } from '../../storage/repository/judging/deny.ts';
import { readBinary } from '../interactions/binary-read.ts';
import { fhirError } from '../../outcome/codes.ts';
import { mediaType, readJson } from '../read-body.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { outcome, successOutcome } from '../respond.ts';
import type { CoreOperation } from './core-operation.ts';
import { requireAsync } from './respond-async.ts';

/**
 * `$import`: NDJSON that comes with the request, that lies in a Binary, or that is fetched.
 * @see https://github.com/smart-on-fhir/bulk-import/blob/master/import.md
 */
export const bulkImport: CoreOperation = {
  name: 'import',
  system: true,
  permission: 'operation',
  definition: 'https://diga-server.dev/fhir/OperationDefinition/import',
  documentation:
    'Writes the resources of NDJSON files under the policy of the caller, asynchronously.',
  handle,
};

async function handle(call: FhirCall): Promise<FhirResponse> {
  const { services, request, principal, context } = call;
  const { bulk } = services;
  requireAsync(request, 'import');
  const uploads = isNdjson(mediaType(request.headers['content-type']));
  const url = `${request.base}/${request.path}`;
  const inputs: readonly NamedInput[] = uploads ? [{ url, fetched: false }] : namedInputs(call);
  const plan: ImportPlan = { inputs: inputs.map(({ binary: _binary, ...input }) => input) };
  await requireFreeJob(bulk, principal.reference);
  const id = randomUUID();
  const uploaded: UploadedInput[] = [];
  try {
    for (const [input, { fetched, type = 'Resource', binary }] of inputs.entries()) {
      if (fetched) continue;
      const source = binary === undefined ? uploadOf(call) : await contentOf(call, binary);
      uploaded.push(await uploadInput(bulk, id, { input, type }, source));
    }
    const job = { kind: 'import', request: url, plan, position: importStart(plan) } as const;
    await startBulkJob(bulk, context, job, id, (tx) => takeOver(tx, id, plan, uploaded));
  } catch (error) {
    // The error of the kick-off is the one to tell; what stays behind, the sweep removes.
    await discardUploads(bulk, uploaded).catch(() => undefined);
    throw error;
  }
  await recordAccess(services.store, context, {
    interaction: 'operation:import',
    rule: principal.policy.operation('import') ?? '',
    detail: `Started as bulkdata/import/${id}`,
  });
  const text = 'The import has been accepted; its status is at the Content-Location';
  return outcome(202, successOutcome('SUCCESSFUL_CREATE', text), {
    'Content-Location': `${request.base}/bulkdata/import/${id}`,
  });
}

function namedInputs({ request, services }: FhirCall): readonly NamedInput[] {
  const { definitions, settings, bulk } = services;
  const body = readJson(request).value as { resourceType?: unknown; parameter?: unknown } | null;
  if (body?.resourceType !== 'Parameters') {
    const reason = 'the body is not a Parameters resource';
    throw fhirError('OPERATION_INVALID_PARAMETERS', { operation: 'import', reason });
  }
  const { destinations } = bulk;
  return planImport(body.parameter, { definitions, destinations, baseUrls: settings.baseUrls });
}

/** The body as it comes; as part of a Bundle or of a bot's call there is none. */
function uploadOf({ request: { upload } }: FhirCall): AsyncIterable<Uint8Array> {
  if (upload === undefined) throw fhirError('FHIR_BODY_MISSING');
  return upload;
}

/** The content of a Binary that the caller may read; the access is recorded like any other. */
async function contentOf(call: FhirCall, id: string): Promise<AsyncIterable<Uint8Array>> {
  const { body: _body, json: _json, upload: _upload, ...common } = call.request;
  const { stream } = await readBinary(
    {
      ...call,
      request: {
        ...common,
        method: 'GET',
        path: `Binary/${id}`,
        query: '',
        headers: { accept: 'application/octet-stream' },
        streams: true,
      },
    },
    id,
  );
  if (stream === undefined) throw fhirError('BLOB_NOT_FOUND');
  return stream;
}
