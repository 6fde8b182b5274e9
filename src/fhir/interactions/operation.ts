import type { Parameters, Resource } from '@medplum/fhirtypes';
import { operationDenied } from '../../access/denied.ts';
import { aggregateService } from '../../aggregates/aggregate-service.ts';
import { parseQuery } from '../../search/parse-query.ts';
import { recordAccess, refuse } from '../../storage/repository/judging/deny.ts';
import type { CoreOperation, OperationTarget } from '../operations/core-operation.ts';
import { findCoreOperation } from '../operations/core-operations.ts';
import { fhirError } from '../../outcome/codes.ts';
import { isFhirError } from '../../outcome/fhir-error.ts';
import { pluginRepository } from '../plugin-repository.ts';
import { parametersBody } from '../parameters-body.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { json } from '../respond.ts';
import type { Route } from '../route.ts';
import { customOperation } from './custom-operation.ts';

/** A call of a registered operation. @see https://hl7.org/fhir/R4/operations.html */
export async function operation(
  call: FhirCall,
  route: Extract<Route, { kind: 'operation' }>,
): Promise<FhirResponse> {
  const { services, request, principal, context } = call;
  const { name, type, id } = route;
  const core = findCoreOperation(name, route);
  if (core !== undefined) return coreOperation(call, core, route);
  const level = id !== undefined ? 'instance' : type !== undefined ? 'type' : 'system';
  const definition = services.operations.find(level, type, name);
  const shown = name.slice(0, 64);
  if (definition === undefined) {
    const answer = await customOperation(call, route);
    if (answer !== undefined) return answer;
    throw fhirError('OPERATION_UNKNOWN', { operation: shown });
  }
  if (request.method !== 'POST' && definition.get !== true) {
    throw fhirError(
      'FHIR_METHOD_NOT_ALLOWED',
      { method: request.method, path: request.path },
      { headers: { Allow: 'POST' } },
    );
  }
  const access = {
    interaction: `operation:${name}`,
    ...(type === undefined ? {} : { type }),
    ...(id === undefined ? {} : { id }),
  };
  const rule = principal.policy.operation(name);
  if (rule === undefined) {
    return refuse(services.store, context, access, operationDenied(principal, shown));
  }
  try {
    const answer = await definition.handle({
      principal,
      repository: pluginRepository(services, context),
      aggregates: aggregateService(services.store, context),
      requestId: request.requestId,
      parameters: readParameters(call, shown),
      signal: request.signal,
      ...(id === undefined ? {} : { id }),
    });
    const patient = /^Patient\/(.+)$/.exec(principal.reference)?.[1];
    await recordAccess(services.store, context, {
      ...access,
      rule,
      ...(patient === undefined ? {} : { patients: patient }),
    });
    if (isResource(answer)) return json(200, JSON.stringify(answer));
    const { status, resource, headers } = answer;
    return resource === undefined
      ? { status, headers: headers ?? {} }
      : json(status, JSON.stringify(resource), headers);
  } catch (error) {
    if (isFhirError(error) && error.status < 500)
      return refuse(services.store, context, { ...access, rule }, error);
    await recordAccess(services.store, context, {
      ...access,
      rule,
      outcome: 12,
      detail: 'SERVER_ERROR',
    });
    throw error;
  }
}

/** An operation of the host: it records its own accesses, a refusal is recorded here. */
async function coreOperation(
  call: FhirCall,
  core: CoreOperation,
  { type, id }: OperationTarget,
): Promise<FhirResponse> {
  const { services, request, principal, context } = call;
  const { name } = core;
  if (request.method !== 'POST' && core.get !== true) {
    throw fhirError(
      'FHIR_METHOD_NOT_ALLOWED',
      { method: request.method, path: request.path },
      { headers: { Allow: 'POST' } },
    );
  }
  const target = {
    ...(type === undefined ? {} : { type }),
    ...(id === undefined ? {} : { id }),
  };
  if (core.permission === 'operation' && principal.policy.operation(name) === undefined) {
    return refuse(
      services.store,
      context,
      { interaction: `operation:${name}`, ...target },
      operationDenied(principal, name),
    );
  }
  return core.handle(call, target);
}

function readParameters({ request }: FhirCall, operation: string): Parameters {
  if (request.method !== 'POST') {
    const parameter = parseQuery(request.query).map(([name, valueString]) => ({
      name,
      valueString,
    }));
    return { resourceType: 'Parameters', ...(parameter.length === 0 ? {} : { parameter }) };
  }
  const parameter = parametersBody(request, operation);
  return {
    resourceType: 'Parameters',
    ...(parameter.length === 0 ? {} : { parameter: [...parameter] }),
  };
}

function isResource(answer: object): answer is Resource {
  return 'resourceType' in answer;
}
