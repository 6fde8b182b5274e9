import type { MedplumClient } from '@medplum/core';
import type { Resource } from '@medplum/fhirtypes';
import { TAG_ANY, TAG_SYSTEM, type WantedResource } from './wanted.ts';

export type Stored = Resource & { readonly id: string };

/** What the server has of one wanted thing. */
export interface Found {
  /** Resources that bear the tag; more than one is a mistake that somebody made there. */
  readonly own: readonly Stored[];
  /** Resources of the same name or URL that somebody else put there. */
  readonly rivals: readonly Stored[];
}

const PAGE = 100;

/** Asks by tag, and by name or canonical URL. */
export async function find(
  medplum: MedplumClient,
  type: Resource['resourceType'],
  key: string,
  rival: WantedResource['rival'],
): Promise<Found> {
  const tagged = (resource: Resource): boolean => hasTag(resource, key);
  const own = (await search(medplum, type, { _tag: `${TAG_SYSTEM}|${key}` })).filter(tagged);
  if (rival === undefined) return { own, rivals: [] };
  const { parameter, value } = rival;
  const name = parameter === 'name' ? 'name:exact' : parameter;
  const same = await search(medplum, type, { [name]: value.replace(/[\\,|$]/g, '\\$&') });
  // A server that does not know :exact drops it and finds whatever contains the name.
  const rivals = same.filter(
    (one) => (one as unknown as Record<string, unknown>)[parameter] === value && !tagged(one),
  );
  return { own, rivals };
}

/** Resources of the deployment whose key is not among these: an earlier version put them there. */
export async function leftBehind(
  medplum: MedplumClient,
  type: Resource['resourceType'],
  keys: ReadonlySet<string>,
): Promise<readonly Stored[]> {
  const found = await search(medplum, type, { _tag: `${TAG_SYSTEM}|${TAG_ANY}` });
  return found.filter((one) => hasTag(one, TAG_ANY) && ![...keys].some((key) => hasTag(one, key)));
}

/** Searches all pages. */
async function search(
  medplum: MedplumClient,
  type: Resource['resourceType'],
  query: Readonly<Record<string, string>>,
): Promise<readonly Stored[]> {
  const found: Stored[] = [];
  const pages = medplum.searchResourcePages(type, { ...query, _count: String(PAGE) });
  for await (const page of pages) found.push(...page);
  return found;
}

export function hasTag(resource: Resource, key: string): boolean {
  return (
    resource.meta?.tag?.some(({ system, code }) => system === TAG_SYSTEM && code === key) ?? false
  );
}

/** The resource with the tag, and with those that it has already. */
export function withTag<T extends Resource>(resource: T, key: string, before?: Resource): T {
  const others = (before?.meta?.tag ?? []).filter(({ system }) => system !== TAG_SYSTEM);
  const { profile } = resource.meta ?? {};
  return {
    ...resource,
    meta: {
      ...(profile === undefined ? {} : { profile }),
      tag: [...others, ...[TAG_ANY, key].map((code) => ({ system: TAG_SYSTEM, code }))],
    },
  };
}
