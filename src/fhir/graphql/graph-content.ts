import { concealJson } from '../../access/pseudonym/conceal-json.ts';
import { pseudonymsOf } from '../../storage/repository/judging/caller-ids.ts';
import { type ShownText, shownText } from '../../storage/repository/shown/shown-text.ts';
import type { FhirCall } from '../request.ts';
import type { GraphResource } from './graph-resource.ts';
import type { ResourceLoader } from './resource-loader.ts';

/** Turns texts of the store into what the resolvers see. */
export type ReadGraphContent = (content: ShownText) => GraphResource;

/**
 * How the query of a principal reads content. For one that knows resources by pseudonyms they are put in here, and not
 * into the answer: a field of the answer can have any name.
 */
export function graphContent(call: FhirCall): ReadGraphContent {
  const { services, principal, request } = call;
  const pseudonyms = pseudonymsOf(services.store, principal);
  if (pseudonyms === undefined) return (content) => JSON.parse(content) as GraphResource;
  const { definitions, settings } = services;
  const options = { pseudonyms, definitions, baseUrls: [request.base, ...settings.baseUrls] };
  return (content) => concealJson(JSON.parse(content), options) as GraphResource;
}

/** A loader that is asked for pseudonyms, where that is how the principal knows resources; otherwise the given one. */
export function pseudonymousLoader(call: FhirCall, loader: ResourceLoader): ResourceLoader {
  const pseudonyms = pseudonymsOf(call.services.store, call.principal);
  if (pseudonyms === undefined) return loader;
  const read = graphContent(call);
  const loaded = new Map<string, Promise<GraphResource | undefined>>();
  return {
    load(type, id) {
      const key = `${type}/${id}`;
      const known = loaded.get(key);
      if (known !== undefined) return known;
      const found = loader
        .load(type, pseudonyms.reveal(type, id))
        // The loader gives the same object to all who ask, and this one is changed.
        .then((resource) =>
          resource === undefined ? undefined : read(shownText(JSON.stringify(resource))),
        );
      loaded.set(key, found);
      return found;
    },
  };
}
