import { expungeVersions } from '../../storage/repository/writing/expunge.ts';
import { fhirError } from '../../outcome/codes.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { json } from '../respond.ts';
import type { CoreOperation, OperationTarget } from './core-operation.ts';
import { operationParameters, textOfOne } from './operation-parameters.ts';

/** Versions of one call unless `limit` says otherwise, and at most. */
const LIMIT = 1_000;
const MOST = 10_000;

/**
 * `$expunge`: removes versions for good, for the operator. @see https://smilecdr.com/docs/fhir_repository/deleting_data.html
 */
export const expunge: CoreOperation = {
  name: 'expunge',
  system: true,
  types: 'all',
  instances: 'all',
  except: ['AuditEvent'],
  permission: 'operation',
  definition: 'https://diga-server.dev/fhir/OperationDefinition/expunge',
  documentation: 'Removes superseded versions and deleted resources for good; the ledger stays.',
  handle,
};

async function handle(call: FhirCall, { type, id }: OperationTarget): Promise<FhirResponse> {
  const { services, context, request, principal } = call;
  const parameters = operationParameters(request, 'expunge');
  const invalid = (reason: string): Error =>
    fhirError('OPERATION_INVALID_PARAMETERS', { operation: 'expunge', reason });
  const flag = (name: string): boolean => {
    const text = textOfOne(parameters, name, 'expunge');
    if (text !== undefined && text !== 'true' && text !== 'false')
      throw invalid(`${name} is no boolean`);
    return text === 'true';
  };
  const limit = textOfOne(parameters, 'limit', 'expunge') ?? String(LIMIT);
  if (!/^[1-9]\d{0,5}$/.test(limit)) throw invalid('limit is no number above 0');
  const query = {
    ...(type === undefined ? {} : { type }),
    ...(id === undefined ? {} : { id }),
    previousVersions: flag('expungePreviousVersions'),
    deletedResources: flag('expungeDeletedResources'),
    everything: flag('expungeEverything'),
    limit: Math.min(Number(limit), MOST),
  };
  if (query.everything && id === undefined)
    throw invalid('expungeEverything is for one resource only');
  if (!query.everything && !query.previousVersions && !query.deletedResources)
    throw invalid(
      'one of expungePreviousVersions, expungeDeletedResources, expungeEverything is expected',
    );
  const rule = principal.policy.operation('expunge') ?? '';
  const count = await expungeVersions(services.store, context, query, rule);
  const parameter = [{ name: 'count', valueInteger: count }];
  return json(200, JSON.stringify({ resourceType: 'Parameters', parameter }));
}
