import type { GraphQLSchema, OperationDefinitionNode } from 'graphql';

/** Answers that are kept for each schema: a full one has about 10 MB. */
const KEPT = 3;

const answers = new WeakMap<GraphQLSchema, Map<string, Promise<string>>>();

/** True for a query about the schema alone, without anything that varies: its answer is the same for everybody. */
export function isIntrospection({
  selectionSet,
  variableDefinitions = [],
}: OperationDefinitionNode): boolean {
  return (
    variableDefinitions.length === 0 &&
    selectionSet.selections.every(
      (selection) => selection.kind === 'Field' && selection.name.value.startsWith('__'),
    )
  );
}

/** The kept answer to an introspection, which may still be in the making. */
export function keptIntrospection(schema: GraphQLSchema, key: string): Promise<string> | undefined {
  return answers.get(schema)?.get(key);
}

/** Keeps the answer to an introspection in place of the oldest, unless it fails. */
export function keepIntrospection(
  schema: GraphQLSchema,
  key: string,
  answer: Promise<string>,
): void {
  const kept = answers.get(schema) ?? new Map<string, Promise<string>>();
  const oldest = kept.size >= KEPT ? kept.keys().next().value : undefined;
  if (oldest !== undefined) kept.delete(oldest);
  answers.set(schema, kept.set(key, answer));
  // Who asked hears of the failure.
  answer.catch(() => kept.delete(key));
}
