import type { Definitions } from '../../definitions/model.ts';

/** References of one page that are followed at most. */
const MAX_REFERENCES = 2_000;

/** Literal reference to a resource of this server: relative, or below one of its bases. */
const LOCAL =
  /^([A-Z][A-Za-z]{1,63})\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/;

/**
 * The resources that some texts refer to, by type.
 * @param follows whether references to a type count
 * @param baseUrls own base URLs, without a trailing slash
 */
export function directReferences(
  texts: readonly string[],
  follows: (type: string) => boolean,
  definitions: Pick<Definitions, 'isResourceType'>,
  baseUrls: readonly string[],
): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  let count = 0;
  const visit = (node: unknown): void => {
    if (typeof node !== 'object' || node === null || count >= MAX_REFERENCES) return;
    for (const [name, value] of Object.entries(node)) {
      if (name !== 'reference' || typeof value !== 'string') {
        visit(value);
        continue;
      }
      const base = baseUrls.find((url) => value.startsWith(`${url}/`));
      const [, type, id] =
        LOCAL.exec(base === undefined ? value : value.slice(base.length + 1)) ?? [];
      if (type === undefined || id === undefined) continue;
      if (!definitions.isResourceType(type) || !follows(type)) continue;
      const ids = found.get(type) ?? new Set<string>();
      if (!ids.has(id)) count += 1;
      found.set(type, ids.add(id));
    }
  };
  for (const text of texts) visit(JSON.parse(text));
  return found;
}
