import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  type OperationDefinitionNode,
  parse,
  validate,
} from 'graphql';
import { fhirError } from '../../outcome/codes.ts';
import { MAX_TOKENS } from './limits.ts';

/** Queries that are kept ready, for each schema. */
const KEPT = 200;

/** Longest query that is kept, in UTF-16 units. */
const KEPT_LENGTH = 20_000;

const ready = new WeakMap<GraphQLSchema, Map<string, DocumentNode>>();

/**
 * Parses a query.
 * @throws FhirError `GRAPHQL_INVALID`
 */
export function parseGraph(query: string): DocumentNode {
  try {
    return parse(query, { maxTokens: MAX_TOKENS, noLocation: true });
  } catch (error) {
    throw invalid(error);
  }
}

/** A query that was found valid before, if it is known. */
export function readyDocument(schema: GraphQLSchema, query: string): DocumentNode | undefined {
  return ready.get(schema)?.get(query);
}

/**
 * Makes sure that a query fits the schema, and keeps it for the next time: clients send few different ones. Errors make no
 * suggestions.
 * @throws FhirError `GRAPHQL_INVALID`
 */
export function validateGraph(schema: GraphQLSchema, query: string, document: DocumentNode): void {
  const [error] = validate(schema, document, undefined, { maxErrors: 1, hideSuggestions: true });
  if (error !== undefined) throw invalid(error);
  if (query.length > KEPT_LENGTH) return;
  const kept = ready.get(schema) ?? new Map<string, DocumentNode>();
  const oldest = kept.size >= KEPT ? kept.keys().next().value : undefined;
  if (oldest !== undefined) kept.delete(oldest);
  ready.set(schema, kept.set(query, document));
}

/**
 * The operation that is to be executed. Nothing is changed through GraphQL.
 * @throws FhirError `GRAPHQL_INVALID`
 */
export function operationOf(
  document: DocumentNode,
  name: string | undefined,
): OperationDefinitionNode {
  const operations = document.definitions.filter(
    (definition): definition is OperationDefinitionNode =>
      definition.kind === 'OperationDefinition' &&
      (name === undefined || definition.name?.value === name),
  );
  const [operation] = operations;
  if (operation === undefined || operations.length > 1)
    throw fhirError('GRAPHQL_INVALID', { reason: 'it does not say which operation is meant' });
  if (operation.operation !== 'query')
    throw fhirError('GRAPHQL_INVALID', { reason: `there is no ${operation.operation}` });
  return operation;
}

function invalid(error: unknown): Error {
  if (!(error instanceof GraphQLError)) throw error;
  return fhirError('GRAPHQL_INVALID', { reason: error.message.slice(0, 300) }, { cause: error });
}
