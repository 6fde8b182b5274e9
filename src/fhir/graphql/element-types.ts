import {
  GraphQLBoolean,
  type GraphQLFieldConfig,
  GraphQLFloat,
  GraphQLInt,
  GraphQLList,
  GraphQLObjectType,
  type GraphQLOutputType,
  GraphQLString,
  type GraphQLUnionType,
} from 'graphql';
import type { Definitions, ElementDefinition } from '../../definitions/model.ts';
import type { GraphContext } from './context.ts';
import { resolveReference } from './resolve.ts';

/** Fields of a type by name. */
export type Fields = Record<
  string,
  GraphQLFieldConfig<Readonly<Record<string, unknown>>, GraphContext>
>;

/** Type of anything that is not a resource: made when it is first needed, and then kept. */
export interface ElementTypes {
  /** Fields of the elements of a structure. */
  fields(path: string): Fields;
}

/** Makes the types of elements out of the FHIR definitions. */
export function createElementTypes(
  definitions: Definitions,
  anyResource: () => GraphQLUnionType,
): ElementTypes {
  const made = new Map<string, GraphQLObjectType>();

  const objectType = (path: string): GraphQLObjectType => {
    const known = made.get(path);
    if (known !== undefined) return known;
    const type: GraphQLObjectType = new GraphQLObjectType({
      name: path
        .split('.')
        .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
        .join(''),
      fields: () => ({
        ...fields(path),
        ...(path === 'Reference'
          ? {
              resource: {
                type: anyResource(),
                resolve: (source: object, _: unknown, context: GraphContext) =>
                  resolveReference(context, source),
              },
            }
          : {}),
      }),
    });
    made.set(path, type);
    return type;
  };

  const typeOf = (code: string, element: ElementDefinition): GraphQLOutputType => {
    if (element.structure !== undefined) return objectType(element.structure);
    if (code === 'Resource' || code === 'DomainResource') return anyResource();
    switch (code) {
      case 'boolean':
        return GraphQLBoolean;
      case 'integer':
      case 'positiveInt':
      case 'unsignedInt':
        return GraphQLInt;
      case 'decimal':
        return GraphQLFloat;
      default:
        return definitions.structure(code)?.kind === 'complex' ? objectType(code) : GraphQLString;
    }
  };

  const fields = (path: string): Fields => {
    const found: Fields = {};
    for (const [name, element] of definitions.structure(path)?.elements ?? []) {
      for (const code of element.types) {
        // A choice has one field for each of its types.
        const field = name.endsWith('[x]')
          ? name.slice(0, -3) + code.charAt(0).toUpperCase() + code.slice(1)
          : name;
        const type = typeOf(code, element);
        found[field] = { type: element.max > 1 ? new GraphQLList(type) : type };
      }
    }
    return found;
  };
  return { fields };
}
