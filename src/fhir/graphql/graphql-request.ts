import { parseQuery } from '../../search/parse-query.ts';
import { fhirError } from '../../outcome/codes.ts';
import { mediaType, readJson } from '../read-body.ts';
import type { FhirRequest } from '../request.ts';

/** A query with what belongs to it. */
export interface GraphRequest {
  readonly query: string;
  readonly operationName?: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/**
 * Reads a GraphQL request: from the query of a GET, the JSON of a POST, or its text as `application/graphql`.
 * @throws FhirError `GRAPHQL_INVALID`
 * @see https://hl7.org/fhir/R4/graphql.html
 */
export function graphqlRequest(request: FhirRequest): GraphRequest {
  const parameters = new Map(parseQuery(request.query));
  if (request.method !== 'POST') return checked(fromQuery(parameters));
  if (mediaType(request.headers['content-type']) === 'application/graphql')
    return checked({ ...fromQuery(parameters), query: request.body?.toString('utf8') });
  const { query, operationName, variables } = (readJson(request).value ?? {}) as Readonly<
    Record<string, unknown>
  >;
  return checked({ query, operationName, variables });
}

function fromQuery(parameters: ReadonlyMap<string, string>): Readonly<Record<string, unknown>> {
  const text = parameters.get('variables');
  return {
    query: parameters.get('query'),
    operationName: parameters.get('operationName'),
    variables: text === undefined || text === '' ? undefined : variablesOf(text),
  };
}

function variablesOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw fhirError('GRAPHQL_INVALID', { reason: 'the variables are not JSON' }, { cause });
  }
}

function checked({
  query,
  operationName,
  variables,
}: Readonly<Record<string, unknown>>): GraphRequest {
  const invalid = (reason: string): Error => fhirError('GRAPHQL_INVALID', { reason });
  if (typeof query !== 'string' || query === '') throw invalid('there is no query');
  const values = variables ?? {};
  if (typeof values !== 'object' || Array.isArray(values))
    throw invalid('the variables are no object');
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string')
    throw invalid('the name of the operation is no text');
  return {
    query,
    variables: values as Readonly<Record<string, unknown>>,
    ...(typeof operationName === 'string' && operationName !== '' ? { operationName } : {}),
  };
}
