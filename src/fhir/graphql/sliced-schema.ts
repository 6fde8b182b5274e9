import { type GraphQLNamedType, type GraphQLSchema, isObjectType } from 'graphql';
import type { Pause } from '../slices.ts';

/** Fields from which a type is looked at field by field: the root has hundreds, with many arguments each. */
const MANY_FIELDS = 60;

/**
 * A schema whose list of types comes one by one, with pauses, so that an introspection of all of them does not keep others
 * waiting: the executor completes each item of a list when its promise is kept. Only the types of the methods do not say
 * that the items may be promises.
 */
export function slicedSchema(schema: GraphQLSchema, pause: Pause): GraphQLSchema {
  const types = schema.getTypeMap();
  const view = Object.create(schema) as GraphQLSchema;
  view.getType = (name) => types[name];
  view.getTypeMap = () => {
    const views = Object.entries(types).map(([name, type]) => [name, slicedType(type, pause)]);
    const listed = Object.fromEntries(views) as typeof types;
    return oneByOne(listed, pause) as unknown as typeof types;
  };
  return view;
}

function slicedType(type: GraphQLNamedType, pause: Pause): GraphQLNamedType {
  if (!isObjectType(type)) return type;
  const fields = type.getFields();
  if (Object.keys(fields).length < MANY_FIELDS) return type;
  const view = Object.create(type) as typeof type;
  view.getFields = () => oneByOne(fields, pause) as unknown as typeof fields;
  return view;
}

function oneByOne<T>(
  members: Readonly<Record<string, T>>,
  pause: Pause,
): Readonly<Record<string, Promise<T>>> {
  let before: Promise<unknown> = Promise.resolve();
  return Object.fromEntries(
    Object.entries(members).map(([name, member]) => {
      const turn = before.then(async () => {
        await pause();
        return member;
      });
      before = turn;
      return [name, turn];
    }),
  );
}
