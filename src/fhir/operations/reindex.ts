import { recordAccess } from '../../storage/repository/judging/deny.ts';
import { readReindex, startReindex, type ReindexJob } from '../../storage/reindex/reindex-job.ts';
import { fhirError } from '../../outcome/codes.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { json } from '../respond.ts';
import type { CoreOperation, OperationTarget } from './core-operation.ts';
import { operationParameters, textOfOne, textsOf } from './operation-parameters.ts';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Parameter that names a run. */
const JOB = 'job';

/**
 * `$reindex`: writes the search index of resources anew, in the background. A GET with the run's id says how far it is.
 * @see https://hapifhir.io/hapi-fhir/docs/server_jpa/search.html
 */
export const reindex: CoreOperation = {
  name: 'reindex',
  system: true,
  types: 'all',
  instances: 'all',
  get: true,
  permission: 'operation',
  definition: 'https://diga-server.dev/fhir/OperationDefinition/reindex',
  documentation:
    'Writes the search index anew, in the background; GET with job says how far it is.',
  handle,
};

async function handle(call: FhirCall, target: OperationTarget): Promise<FhirResponse> {
  const { services, request, context, principal } = call;
  const parameters = operationParameters(request, 'reindex');
  const rule = principal.policy.operation('reindex') ?? '';
  const access = { interaction: 'operation:reindex', rule, ...target };
  const asked = textOfOne(parameters, JOB, 'reindex');
  if (request.method !== 'POST') {
    const job = await find(call, asked);
    await recordAccess(services.store, context, { ...access, detail: job.id });
    return json(200, statusText(job));
  }
  const types = typesOf(call, target, textsOf(parameters, 'type'));
  const id = await startReindex(services.reindex, principal.reference, types, target.id ?? null);
  await recordAccess(services.store, context, { ...access, detail: id });
  const job = await find(call, id);
  return json(202, statusText(job), {
    'Content-Location': `${request.base}/$reindex?${JOB}=${id}`,
  });
}

async function find({ services }: FhirCall, id: string | undefined): Promise<ReindexJob> {
  if (id === undefined || !UUID.test(id)) throw invalid('job is expected: the id of a run');
  const job = await readReindex(services.store.database, id);
  if (job === undefined) throw fhirError('FHIR_NOT_FOUND', { reference: `$reindex ${id}` });
  return job;
}

function typesOf(
  { services: { definitions } }: FhirCall,
  { type }: OperationTarget,
  named: readonly string[],
): readonly string[] {
  // The ledger has an index of its own.
  const indexed = (name: string): boolean =>
    definitions.isResourceType(name) && name !== 'AuditEvent';
  if (type !== undefined) {
    if (!indexed(type)) throw invalid(`${type} is not indexed`);
    return [type];
  }
  const unknown = named.find((name) => !indexed(name));
  if (unknown !== undefined) throw invalid('type names no resource type that is indexed');
  return named.length > 0 ? [...new Set(named)] : definitions.resourceTypes.filter(indexed);
}

function statusText({ id, finished, types, done, failed }: ReindexJob): string {
  return JSON.stringify({
    resourceType: 'Parameters',
    parameter: [
      { name: JOB, valueString: id },
      { name: 'status', valueCode: finished ? 'completed' : 'in-progress' },
      { name: 'typesLeft', valueInteger: new Set(types.map((type) => type.replace('+', ''))).size },
      { name: 'done', valueInteger: done },
      { name: 'failed', valueInteger: failed },
    ],
  });
}

function invalid(reason: string): Error {
  return fhirError('OPERATION_INVALID_PARAMETERS', { operation: 'reindex', reason });
}
