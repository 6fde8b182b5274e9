import { type DocumentNode, execute, type ExecutionResult, type GraphQLSchema } from 'graphql';
import type { Definitions } from '../../definitions/model.ts';
import type { GraphContext } from '../graphql/context.ts';
import { checkCost } from '../graphql/cost.ts';
import { type GraphRequest, graphqlRequest } from '../graphql/graphql-request.ts';
import { graphContent, pseudonymousLoader } from '../graphql/graph-content.ts';
import { createTurns } from '../graphql/in-turn.ts';
import {
  isIntrospection,
  keepIntrospection,
  keptIntrospection,
} from '../graphql/introspection-cache.ts';
import { CONCURRENT_SEARCHES } from '../graphql/limits.ts';
import { operationOf, parseGraph, readyDocument, validateGraph } from '../graphql/prepare.ts';
import { createPublishedSchema } from '../graphql/published-schema.ts';
import { createResourceLoader } from '../graphql/resource-loader.ts';
import { createSchemas, type GraphSchemas } from '../graphql/schema.ts';
import { slicedSchema } from '../graphql/sliced-schema.ts';
import { inSlices } from '../slices.ts';
import { stringifyInSlices } from '../graphql/stringify.ts';
import { fhirError } from '../../outcome/codes.ts';
import { isFhirError } from '../../outcome/fhir-error.ts';
import type { FhirCall, FhirResponse } from '../request.ts';
import { json } from '../respond.ts';
import { recordAccess } from '../../storage/repository/judging/deny.ts';
import { readResource } from '../../storage/repository/reading/read.ts';
import { GUARDED_TYPES } from './visible-types.ts';
import type { CoreOperation, OperationTarget } from './core-operation.ts';

/**
 * `$graphql`, on the system and on a resource. @see https://hl7.org/fhir/R4/graphql.html
 */
export const graphql: CoreOperation = {
  name: 'graphql',
  system: true,
  instances: 'all',
  except: GUARDED_TYPES,
  get: true,
  permission: 'data',
  definition: 'http://hl7.org/fhir/OperationDefinition/Resource-graphql',
  documentation: 'Reads and searches with a GraphQL query, within limits of depth and cost.',
  handle,
};

/** GraphQL is no FHIR content. */
const JSON_CONTENT = { 'Content-Type': 'application/json; charset=utf-8' };

/** The schemas of a server, made when somebody asks first. */
const schemas = new WeakMap<Definitions, GraphSchemas>();

async function handle(call: FhirCall, target: OperationTarget): Promise<FhirResponse> {
  const { services, context } = call;
  const request = graphqlRequest(call.request);
  const schema = await schemaOf(services.definitions, target.type);
  const { document, operation, operationName } = prepared(schema, request, services.settings);
  const key = isIntrospection(operation) ? `${operationName ?? ''}\n${request.query}` : undefined;
  const kept = key === undefined ? undefined : keptIntrospection(schema, key);
  if (kept !== undefined) return json(200, await kept, JSON_CONTENT);
  if (key !== undefined) {
    const answer = introspect(schema, document, operationName);
    keepIntrospection(schema, key, answer);
    return json(200, await answer, JSON_CONTENT);
  }
  const { type, id } = target;
  const read = graphContent(call);
  const rootValue =
    type === undefined || id === undefined
      ? undefined
      : read((await readResource(services.store, context, type, id)).content);
  const contextValue: GraphContext = {
    call,
    loader: pseudonymousLoader(call, createResourceLoader(services.store, context)),
    read,
    inTurn: createTurns(CONCURRENT_SEARCHES),
  };
  const result = await execute({
    schema,
    document,
    rootValue,
    contextValue,
    variableValues: request.variables,
    operationName,
    hideSuggestions: true,
  });
  await recordDocument(call, target, request, result);
  return json(200, JSON.stringify(shown(result)), JSON_CONTENT);
}

/** UTF-16 units of a document and its variables that stand on the ledger. */
const RECORDED = 10_000;

/**
 * Puts the document on the ledger, as one query of the whole: what it touched has rows of its own, under the same request
 * id. What could not be read of it has asked nothing of the store, and is told here.
 */
async function recordDocument(
  { services, context }: FhirCall,
  { type, id }: OperationTarget,
  { query, variables }: GraphRequest,
  { errors = [] }: ExecutionResult,
): Promise<void> {
  const failed = errors.map(({ cause }) => cause).filter(isFhirError);
  // What was not found was looked for, and is recorded.
  const unread = failed.find(
    ({ recorded, status, code }) => !recorded && status < 500 && code !== 'FHIR_NOT_FOUND',
  );
  const given = Object.keys(variables).length === 0 ? '' : `\n${JSON.stringify(variables)}`;
  await recordAccess(services.store, context, {
    interaction: 'operation:graphql',
    ...(type === undefined ? {} : { type }),
    ...(id === undefined ? {} : { id }),
    query: `${query}${given}`.slice(0, RECORDED),
    ...(unread === undefined ? {} : { outcome: 4, detail: unread.code }),
  });
}

/** The answer about the schema alone, made in slices: a full one takes seconds. */
async function introspect(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | undefined,
): Promise<string> {
  const pause = inSlices();
  const sliced = slicedSchema(schema, pause);
  const result = await execute({ schema: sliced, document, operationName, hideSuggestions: true });
  return stringifyInSlices(shown(result), pause);
}

function schemaOf(definitions: Definitions, type: string | undefined): Promise<GraphQLSchema> {
  let made = schemas.get(definitions);
  if (made === undefined) {
    made = createSchemas(definitions, createPublishedSchema());
    schemas.set(definitions, made);
  }
  return type === undefined ? made.system() : made.ofType(type);
}

/** The query, once its depth and cost are known to be within their limits. */
function prepared(
  schema: GraphQLSchema,
  { query, operationName, variables }: GraphRequest,
  sizes: { readonly defaultCount: number; readonly maxCount: number },
) {
  const known = readyDocument(schema, query);
  const document = known ?? parseGraph(query);
  const operation = operationOf(document, operationName);
  checkCost(document, operation, variables, sizes);
  if (known === undefined) validateGraph(schema, query, document);
  return { document, operation, operationName: operation.name?.value };
}

/**
 * The result as it goes out: errors with their code. One that is the server's fault, or a fault of the whole request, is
 * the answer itself.
 */
function shown({ data, errors }: ExecutionResult): object {
  if (errors === undefined) return { data };
  const told = errors.map(({ message, path, cause }) => {
    if (cause === undefined) return { message, ...(path === undefined ? {} : { path }) };
    if (!isFhirError(cause) || cause.status >= 500) throw cause as Error;
    const text = cause.outcome.issue[0]?.details?.text ?? cause.code;
    return { message: text, path, extensions: { code: cause.code } };
  });
  if (data === undefined) throw fhirError('GRAPHQL_INVALID', { reason: told[0]?.message ?? '' });
  return { data, errors: told };
}
