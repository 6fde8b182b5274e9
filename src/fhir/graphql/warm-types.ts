import {
  getNamedType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  isObjectType,
  isUnionType,
} from 'graphql';
import type { Pause } from '../slices.ts';

/**
 * Has every type that can be reached make its fields now, a few at a time. A GraphQLSchema asks all of them at once, which
 * takes long for types that have not made theirs yet.
 */
export async function warmTypes(root: GraphQLObjectType, pause: Pause): Promise<void> {
  const known = new Set<GraphQLNamedType>([root]);
  for (const type of known) {
    for (const reached of reachedFrom(type)) known.add(reached);
    await pause();
  }
}

function reachedFrom(type: GraphQLNamedType): readonly GraphQLNamedType[] {
  if (isUnionType(type)) return type.getTypes();
  if (!isObjectType(type)) return [];
  return Object.values(type.getFields()).map((field) => getNamedType(field.type));
}
