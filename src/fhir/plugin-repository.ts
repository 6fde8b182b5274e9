import type { Resource } from '@medplum/fhirtypes';
import type { PluginRepository } from '../plugin/sdk.ts';
import { parseQuery } from '../search/parse-query.ts';
import { parseSearch } from '../search/parse.ts';
import type { AccessContext } from '../storage/access-context.ts';
import type { JsonResource } from '../storage/content.ts';
import { readResource } from '../storage/repository/reading/read.ts';
import { searchResources } from '../storage/repository/searching/search.ts';
import type { ShownText } from '../storage/repository/shown/shown-text.ts';
import {
  createResource,
  createTogether,
  deleteResource,
  updateResource,
} from '../storage/repository/writing/write.ts';
import type { FhirServices } from './request.ts';

/** @see https://www.rfc-editor.org/rfc/rfc9562#section-5.4 */
const RANDOM_ID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

/** The door to clinical data in the form that plugins use: plain resources, under the principal of the context. */
export function pluginRepository(
  { store, definitions, settings }: Pick<FhirServices, 'store' | 'definitions' | 'settings'>,
  context: AccessContext,
): PluginRepository {
  // What a type parameter says of a stored resource holds because the type of the URL does.
  const parsed = (version: { readonly content: ShownText }): never =>
    JSON.parse(version.content) as never;
  const input = (resource: Resource): { resource: JsonResource; exact: JsonResource } => {
    const json = resource as unknown as JsonResource;
    return { resource: json, exact: json };
  };
  return {
    create: async (resource) => parsed(await createResource(store, context, input(resource))),
    async createTogether(resources) {
      const inputs = resources.map((resource) => {
        // An id that is guessable would tell by a conflict whether it is taken.
        if (!RANDOM_ID.test(resource.id)) throw new TypeError('An id is no random UUID');
        return { input: input(resource), id: resource.id };
      });
      return (await createTogether(store, context, inputs)).map((written) => parsed(written));
    },
    update: async (resource, options) =>
      parsed(
        await updateResource(store, context, resource.id, input(resource), {
          ...(options?.ifMatch === undefined ? {} : { ifMatch: [options.ifMatch] }),
        }),
      ),
    read: async (type, id) => parsed(await readResource(store, context, type, id)),
    async search(type, query) {
      const request = parseSearch(definitions, type, parseQuery(query), {
        codeSets: true,
        defaultCount: settings.maxCount,
        maxCount: settings.maxCount,
      });
      const page = await searchResources(store, context, request);
      return page.entries.map((entry) => parsed(entry));
    },
    async delete(type, id) {
      await deleteResource(store, context, type, id);
    },
  };
}
