import type { MaskKind } from './field-view.ts';
import type { ViewNode } from './view-tree.ts';

/** What one rule shows at one place of a resource. */
export interface Sight {
  /** The places of its view that speak of this place and what is below it. */
  readonly nodes: readonly ViewNode[];
  /** Number of the rule among those that hold. */
  readonly rule: number;
  /** The mask that is upon the place, or upon something around it. */
  readonly mask?: MaskKind;
}

/**
 * What several rules show of a whole resource.
 * @param views of the rules that hold, at least one; without restrictions a rule shows all
 */
export function sightsOf(views: readonly ViewNode[]): readonly Sight[] {
  return views.map((view, rule) => ({ nodes: [view], rule }));
}

/**
 * What the rules show of an element: those that hide it are gone, so that it is hidden where none is left. Hence another
 * rule never shows less.
 * @param name of the JSON property, or `@` with the URL of an extension
 */
export function sightsBelow(sights: readonly Sight[], name: string): readonly Sight[] {
  return sights.flatMap((sight) => {
    const nodes = sight.nodes.flatMap(({ below }) => below.get(name) ?? []);
    return limited({ ...sight, nodes }) ?? [];
  });
}

/** What the rules show of an extension: a path through all extensions speaks of it, and one through those of its URL. */
export function sightsOfUrl(sights: readonly Sight[], url: unknown): readonly Sight[] {
  return sights.flatMap((sight) => {
    const own = sight.nodes.flatMap(({ below }) => below.get(`@${String(url)}`) ?? []);
    return own.length === 0
      ? sight
      : (limited({ ...sight, nodes: [...sight.nodes, ...own] }) ?? []);
  });
}

/**
 * The masks that an element is shown by, the weakest first; undefined where a rule shows it as it is. The first that can be
 * applied to the value counts.
 */
export function masksOf(sights: readonly Sight[]): readonly MaskKind[] | undefined {
  const masks = new Set<MaskKind>();
  for (const { mask } of sights) {
    if (mask === undefined) return undefined;
    masks.add(mask);
  }
  return [...masks].sort((a, b) => weakness(b) - weakness(a));
}

/** The sight with the mask of its place; undefined where its place is hidden. */
function limited(sight: Sight): Sight | undefined {
  let mask = sight.mask;
  for (const { limit } of sight.nodes) {
    if (limit === 'hidden') return undefined;
    mask ??= limit;
  }
  return mask === undefined ? sight : { ...sight, mask };
}

/** How much a mask shows, among those that can be applied to the same value. */
function weakness(kind: MaskKind): number {
  if (kind === 'month') return 2;
  return kind === 'year' ? 1 : Number(kind.slice('prefix-'.length));
}
