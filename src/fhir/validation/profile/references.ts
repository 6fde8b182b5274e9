import { splitCanonical } from '../../../conformance/model.ts';
import type { Definitions } from '../../../definitions/model.ts';
import { childSites, type Json, resourceSite, type Site } from './site.ts';

/** What a reference leads to, as far as it can be told without asking a server. */
export interface Target {
  readonly type: string | undefined;
  readonly site: Site | undefined;
}

/** Finds the targets of references inside one resource. */
export type Resolve = (reference: Site) => Target;

const RELATIVE =
  /(?:^|\/)([A-Z][A-Za-z]+)\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/;

/** Looks among the contained resources and the entries of the Bundle that is the root. */
export function resolver(definitions: Definitions, root: Site): Resolve {
  const entries = new Map<string, Site>();
  if (root.type === 'Bundle') {
    for (const entry of childSites(definitions, root).get('entry') ?? []) {
      const { fullUrl, resource } = entry.value as { fullUrl?: unknown; resource?: unknown };
      if (typeof resource !== 'object' || resource === null) continue;
      const site = resourceSite(resource as Json, `${entry.path}.resource`, [
        ...entry.keys,
        'resource',
      ]);
      if (typeof fullUrl === 'string') entries.set(fullUrl, site);
      const { id } = resource as { id?: unknown };
      if (typeof id === 'string') entries.set(`${site.type}/${id}`, site);
    }
  }
  return (reference) => {
    const { reference: literal, type } = (reference.value ?? {}) as Json;
    const declared =
      typeof type === 'string' ? splitCanonical(type).url.replace(/^.*\//, '') : undefined;
    if (typeof literal !== 'string') return { type: declared, site: undefined };
    const site = literal.startsWith('#')
      ? contained(definitions, reference, literal.slice(1))
      : (entries.get(literal) ?? entries.get(literal.replace(/\/_history\/.*$/, '')));
    return { type: site?.type ?? RELATIVE.exec(literal)?.[1] ?? declared, site };
  };
}

function contained(definitions: Definitions, reference: Site, id: string): Site | undefined {
  let holder = reference.resource;
  // A contained resource refers to its neighbours, which stand in the resource around it.
  if (holder?.container !== undefined && holder.slot.startsWith('contained')) {
    holder = holder.container;
  }
  if (holder === undefined) return undefined;
  return childSites(definitions, holder)
    .get('contained')
    ?.find((site) => (site.value as Json)['id'] === id);
}
