import {
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
  GraphQLUnionType,
} from 'graphql';
import type { Definitions } from '../../definitions/model.ts';
import { GUARDED_TYPES } from '../operations/visible-types.ts';
import type { GraphContext } from './context.ts';
import type { GraphResource } from './graph-resource.ts';
import { createElementTypes, type Fields } from './element-types.ts';
import type { PublishedSchema } from './published-schema.ts';
import { type Given, resolveConnection, resolveList, resolveRead } from './resolve.ts';
import { referencesTo, referringArguments, searchArguments } from './search-arguments.ts';
import { inSlices } from '../slices.ts';
import { warmTypes } from './warm-types.ts';

/**
 * The schemas: one with the whole system at its root, and one for each type with a resource there. Each is made when it is
 * first asked for, in slices, and then kept.
 */
export interface GraphSchemas {
  system(): Promise<GraphQLSchema>;
  ofType(type: string): Promise<GraphQLSchema>;
}

/**
 * Makes the schemas, in the form of Medplum: `Patient(id)`, `PatientList(…)`, `PatientConnection(…)`, in each resource
 * the lists of what refers to it, and behind each Reference its resource. They say what FHIR has, the same for everybody.
 * @see https://hl7.org/fhir/R4/graphql.html
 */
export function createSchemas(definitions: Definitions, published: PublishedSchema): GraphSchemas {
  const offered = definitions.resourceTypes.filter((type) => !GUARDED_TYPES.includes(type));
  const types = new Map<string, GraphQLObjectType>();
  const connections = new Map<string, GraphQLObjectType>();
  const listArguments = new Map<string, ReturnType<typeof searchArguments>>();
  const union = new GraphQLUnionType({
    name: 'ResourceList',
    types: () => offered.map(resourceType),
    resolveType: (value) => (value as GraphResource).resourceType,
  });
  const elements = createElementTypes(definitions, () => union);
  const anyParent = new Map<string, readonly string[]>();

  const query = new GraphQLObjectType({ name: 'Query', fields: rootFields });
  const made = new Map<GraphQLObjectType, Promise<GraphQLSchema>>();
  const schemaOf = (root: GraphQLObjectType): Promise<GraphQLSchema> => {
    const known = made.get(root) ?? makeSchema(root);
    made.set(root, known);
    return known;
  };
  return {
    system: () => schemaOf(query),
    ofType: (type) => schemaOf(resourceType(type)),
  };

  function resourceType(type: string): GraphQLObjectType {
    const known = types.get(type);
    if (known !== undefined) return known;
    const made: GraphQLObjectType = new GraphQLObjectType({
      name: type,
      fields: () => ({
        resourceType: { type: new GraphQLNonNull(GraphQLString) },
        ...elements.fields(type),
        ...referringFields(type),
      }),
    });
    types.set(type, made);
    return made;
  }

  /** What refers to a resource of the type. */
  function referringFields(type: string): Fields {
    const sources =
      anyParent.get(type) ??
      offered.filter((one) => referencesTo(definitions, one, type).length > 0);
    anyParent.set(type, sources);
    const fields: Fields = {};
    for (const source of sources) {
      fields[`${source}List`] = {
        type: new GraphQLList(resourceType(source)),
        args: referringArguments(definitions, source, type),
        resolve: (parent, given: Given, context) =>
          resolveList(context, source, given, parent as GraphResource),
      };
    }
    return fields;
  }

  function rootFields(): Fields {
    const fields: Fields = {};
    for (const type of offered) {
      fields[type] = {
        type: resourceType(type),
        args: { id: { type: new GraphQLNonNull(GraphQLString) } },
        resolve: (_, given: Given, context) => resolveRead(context, type, String(given['id'])),
      };
      fields[`${type}List`] = {
        type: new GraphQLList(resourceType(type)),
        args: argumentsOf(type),
        resolve: async (_, given: Given, context: GraphContext) =>
          (await published.list(type, given)) ?? resolveList(context, type, given),
      };
      fields[`${type}Connection`] = {
        type: connectionType(type),
        args: argumentsOf(type),
        resolve: (_, given: Given, context) => resolveConnection(context, type, given),
      };
    }
    return fields;
  }

  function argumentsOf(type: string): ReturnType<typeof searchArguments> {
    const known = listArguments.get(type) ?? searchArguments(definitions, type);
    listArguments.set(type, known);
    return known;
  }

  function connectionType(type: string): GraphQLObjectType {
    const known = connections.get(type);
    if (known !== undefined) return known;
    const edge = new GraphQLObjectType({
      name: `${type}Edge`,
      fields: () => ({ mode: { type: GraphQLString }, resource: { type: resourceType(type) } }),
    });
    const made = new GraphQLObjectType({
      name: `${type}Connection`,
      fields: {
        count: { type: GraphQLInt },
        pageSize: { type: GraphQLInt },
        edges: { type: new GraphQLList(edge) },
        next: { type: GraphQLString },
      },
    });
    connections.set(type, made);
    return made;
  }
}

/** The schema with this root. That it is valid is known from a test: to find out takes as long as to make it. */
async function makeSchema(query: GraphQLObjectType): Promise<GraphQLSchema> {
  const pause = inSlices();
  await warmTypes(query, pause);
  return new GraphQLSchema({ query, assumeValid: true });
}
