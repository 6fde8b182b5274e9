import type { Parameters, Resource } from '@medplum/fhirtypes';
import { parseQuery } from '../../search/parse-query.ts';
import { recordAccess, refuse } from '../../storage/repository/deny.ts';
import { fhirError } from '../outcome/codes.ts';
import { isFhirError } from '../outcome/fhir-error.ts';
import { pluginRepository } from '../plugin-repository.ts';
import { readJson } from '../read-body.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { json } from '../respond.ts';
import type { Route } from '../route.ts';

/** A call of a registered operation. @see https://hl7.org/fhir/R4/operations.html */
export async function operation(
  call: FhirCall,
  route: Extract<Route, { kind: 'operation' }>,
): Promise<FhirResponse> {
  const { services, request, principal, context } = call;
  const { name, type, id } = route;
  const level = id !== undefined ? 'instance' : type !== undefined ? 'type' : 'system';
  const definition = services.operations.find(level, type, name);
  const shown = name.slice(0, 64);
  if (definition === undefined) throw fhirError('OPERATION_UNKNOWN', { operation: shown });
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
    return refuse(
      services.store,
      context,
      access,
      fhirError('ACCESS_OPERATION_DENIED', { operation: shown }),
    );
  }
  try {
    const answer = await definition.handle({
      principal,
      repository: pluginRepository(services, context),
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

function readParameters({ request }: FhirCall, operation: string): Parameters {
  if (request.method !== 'POST') {
    const parameter = parseQuery(request.query).map(([name, valueString]) => ({
      name,
      valueString,
    }));
    return { resourceType: 'Parameters', ...(parameter.length === 0 ? {} : { parameter }) };
  }
  if (request.json === undefined && (request.body === undefined || request.body.length === 0)) {
    return { resourceType: 'Parameters' };
  }
  const { value } = readJson(request);
  const parameters = value as Partial<Parameters> | null;
  if (parameters?.resourceType !== 'Parameters') {
    throw fhirError('OPERATION_INVALID_PARAMETERS', {
      operation,
      reason: 'the body is not a Parameters resource',
    });
  }
  const { parameter } = parameters;
  const wellFormed =
    parameter === undefined ||
    (Array.isArray(parameter) &&
      parameter.every((item) => typeof (item as { name?: unknown } | null)?.name === 'string'));
  if (!wellFormed) {
    throw fhirError('OPERATION_INVALID_PARAMETERS', {
      operation,
      reason: 'every parameter needs a name',
    });
  }
  return parameters as Parameters;
}

function isResource(answer: object): answer is Resource {
  return 'resourceType' in answer;
}
