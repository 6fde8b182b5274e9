import { parseSearch } from '../../search/parse.ts';
import type { QueryParameter } from '../../search/parse-query.ts';
import { searchResources, type SearchPage } from '../../storage/repository/searching/search.ts';
import { fhirError } from '../../outcome/codes.ts';
import { callersIds } from '../../storage/repository/judging/caller-ids.ts';
import { rulesOrRefuse } from '../../storage/repository/judging/deny.ts';
import { GUARDED_TYPES } from '../operations/visible-types.ts';
import type { GraphContext } from './context.ts';
import type { GraphResource } from './graph-resource.ts';
import { argumentName, referencesTo, searchParameters } from './search-arguments.ts';

/** Arguments of a field. */
export type Given = Readonly<Record<string, unknown>>;

/** A page of a list. */
export interface GraphConnection {
  readonly count: () => Promise<number | undefined>;
  readonly pageSize: number;
  readonly edges: readonly { readonly mode: 'match'; readonly resource: GraphResource }[];
  readonly next?: string;
}

/** `Type(id: …)`. @throws FhirError `FHIR_NOT_FOUND`, `ACCESS_DENIED` */
export async function resolveRead(
  { call, loader }: GraphContext,
  type: string,
  id: string,
): Promise<GraphResource> {
  const { services, context } = call;
  await rulesOrRefuse(services.store, context, type, 'read', { interaction: 'read', id });
  const found = await loader.load(type, id);
  if (found === undefined) throw fhirError('FHIR_NOT_FOUND', { reference: `${type}/${id}` });
  return found;
}

/** `reference { resource }`: null where it leads nowhere the caller may see. */
export async function resolveReference(
  { call, loader }: GraphContext,
  { reference }: { readonly reference?: unknown },
): Promise<GraphResource | undefined> {
  const { definitions, settings } = call.services;
  const text = typeof reference === 'string' ? reference : '';
  const base = settings.baseUrls.find((url) => text.startsWith(`${url}/`));
  const local = base === undefined ? text : text.slice(base.length + 1);
  const [, type, id] = /^([A-Z][A-Za-z]{1,63})\/([A-Za-z0-9\-.]{1,64})(?:\/|$)/.exec(local) ?? [];
  if (type === undefined || id === undefined || !definitions.isResourceType(type)) return undefined;
  if (GUARDED_TYPES.includes(type)) return undefined;
  return loader.load(type, id);
}

/** `TypeList(…)`, at the root or as what refers to a resource. */
export async function resolveList(
  context: GraphContext,
  type: string,
  given: Given,
  parent?: GraphResource,
): Promise<readonly GraphResource[]> {
  const page = await searchPage(context, type, parametersOf(context, type, given, parent));
  return page.entries.map(({ content }) => context.read(content));
}

/** `TypeConnection(…)`. @see https://hl7.org/fhir/R4/graphql.html#list */
export async function resolveConnection(
  context: GraphContext,
  type: string,
  given: Given,
): Promise<GraphConnection> {
  const parameters = parametersOf(context, type, given, undefined);
  const page = await searchPage(context, type, parameters);
  return {
    // Counted only where it is asked for.
    count: async () => {
      const rest = parameters.filter(([name]) => !/^_(?:count|offset|cursor|sort)$/.test(name));
      return (await searchPage(context, type, [...rest, ['_summary', 'count']])).total;
    },
    pageSize: page.entries.length,
    edges: page.entries.map(({ content }) => ({
      mode: 'match',
      resource: context.read(content),
    })),
    ...(page.next === undefined ? {} : { next: page.next }),
  };
}

function parametersOf(
  { call }: GraphContext,
  type: string,
  given: Given,
  parent: GraphResource | undefined,
): QueryParameter[] {
  const { definitions } = call.services;
  const parameters = searchParameters(definitions, type, given);
  if (parent === undefined) return parameters;
  const name = String(given['_reference']);
  const code = referencesTo(definitions, type, parent.resourceType).find(
    (one) => argumentName(one) === name,
  );
  if (code === undefined) throw fhirError('SEARCH_UNKNOWN_PARAMETER', { name, type });
  return [[code, `${parent.resourceType}/${parent.id}`], ...parameters];
}

function searchPage(
  { call, inTurn }: GraphContext,
  type: string,
  parameters: readonly QueryParameter[],
): Promise<SearchPage> {
  const { services, context } = call;
  const { definitions, settings, store } = services;
  const request = parseSearch(definitions, type, parameters, {
    defaultCount: settings.defaultCount,
    maxCount: settings.maxCount,
    baseUrls: settings.baseUrls,
    codeSets: true,
    ...callersIds(store, context.principal),
  });
  return inTurn(() => searchResources(store, context, request));
}
