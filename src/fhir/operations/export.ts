import type { Group } from '@medplum/fhirtypes';
import { hidesElement } from '../../access/view/hides-element.ts';
import { exportParameters } from '../../bulk/export-parameters.ts';
import { EXPORT_START, type ExportPlan } from '../../bulk/export-plan.ts';
import { planExport } from '../../bulk/plan-export.ts';
import { startBulkJob } from '../../bulk/bulk-service.ts';
import { recordAccess } from '../../storage/repository/judging/deny.ts';
import { callersId } from '../../storage/repository/judging/caller-ids.ts';
import { readResource } from '../../storage/repository/reading/read.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { outcome, successOutcome } from '../respond.ts';
import type { CoreOperation, OperationTarget } from './core-operation.ts';
import { isLenient, requireAsync } from './respond-async.ts';

/**
 * `$export` of the system, of patients, or of a group. @see https://hl7.org/fhir/uv/bulkdata/STU2/export.html
 */
export const bulkExport: CoreOperation = {
  name: 'export',
  system: true,
  types: ['Patient'],
  instances: ['Group'],
  get: true,
  permission: 'operation',
  definition: 'http://hl7.org/fhir/uv/bulkdata/OperationDefinition/export',
  documentation: 'Writes what the caller may see to NDJSON files, asynchronously.',
  handle,
};

async function handle(call: FhirCall, target: OperationTarget): Promise<FhirResponse> {
  const { services, request, principal, context } = call;
  requireAsync(request, 'export');
  const parameters = exportParameters(request);
  const members = target.id === undefined ? undefined : await membersOf(call, target.id);
  const level = target.id !== undefined && members === undefined ? 'system' : levelOf(target);
  const plan = planExport(parameters, {
    definitions: services.definitions,
    policy: principal.policy,
    level,
    ...(members === undefined ? {} : { members }),
    post: request.method === 'POST',
    lenient: isLenient(request),
    baseUrls: services.settings.baseUrls,
    patientId: (named) => callersId(services.store, principal, 'Patient', named),
  });
  const query = request.query === '' ? '' : `?${request.query}`;
  const id = await startBulkJob(services.bulk, context, {
    kind: 'export',
    request: `${request.base}/${request.askedPath ?? request.path}${query}`,
    plan,
    position: EXPORT_START,
  });
  await recordAccess(services.store, context, {
    interaction: 'operation:export',
    ...(target.type === undefined ? {} : { type: target.type }),
    ...(target.id === undefined ? {} : { id: target.id }),
    rule: principal.policy.operation('export') ?? '',
    query: request.query,
    detail: `Started as bulkdata/export/${id}`,
  });
  const text = 'The export has been accepted; its status is at the Content-Location';
  return outcome(202, successOutcome('SUCCESSFUL_CREATE', text), {
    'Content-Location': `${request.base}/bulkdata/export/${id}`,
  });
}

function levelOf({ type, id }: OperationTarget): ExportPlan['level'] {
  if (type === undefined) return 'system';
  return id === undefined ? 'patient' : 'group';
}

/**
 * Ids of the patients that are members of the group now; the caller has to be able to read it. Undefined where the caller
 * does not see members: then the export must not tell who is one, and holds whatever the policy shows, like that of the
 * system.
 */
async function membersOf(
  { services, context, principal }: FhirCall,
  id: string,
): Promise<readonly string[] | undefined> {
  const { content } = await readResource(services.store, context, 'Group', id);
  const rules = principal.policy.rules('Group', 'read');
  if (rules.every((rule) => hidesElement(services.definitions, 'Group', rule, ['member'])))
    return undefined;
  const { member = [] } = JSON.parse(content) as Group;
  const ids = member
    .filter(({ inactive }) => inactive !== true)
    .flatMap(
      ({ entity }) => /^Patient\/([A-Za-z0-9\-.]{1,64})$/.exec(entity.reference ?? '')?.[1] ?? [],
    );
  return [...new Set(ids)];
}
