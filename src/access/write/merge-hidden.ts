import type { StructurePlan, StructurePlans } from '../../definitions/structure-plan.ts';
import { canonicalJson, sameJson } from '../../json/canonical.ts';
import { isMembers, itemsOf, type JsonMembers, memberOf } from './json-object.ts';
import { pairItems } from './pair-items.ts';
import { rivalsOf } from './rivals.ts';

/** A resource as it is stored, and as somebody sees it. */
export interface Shown {
  readonly plans: StructurePlans;
  readonly stored: JsonMembers;
  readonly shown: JsonMembers;
  /** The stored object that a shown one was made of; undefined for what the view put there itself. */
  readonly source: (shown: object) => unknown;
}

/**
 * What somebody sent of a resource of which they see a part, with the rest put back as it is stored: an update of what was
 * shown changes what was shown and nothing else. What was not changed comes out as it is stored to the last digit, in its
 * order. Whatever was sent, this never fails, so that no answer can depend on what is hidden.
 * - An element that was shown and not sent is gone, with all its parts.
 * - Items of lists stand for each other as {@link pairItems} says; hidden ones stay behind those that they stood behind.
 * - A hidden type of a choice gives way to the type that was sent.
 * - What a Reference copies from its target stays only with the same target.
 * - A narrative that was not shown stays if nothing that was shown changed: else it would tell something else.
 */
export function mergeHidden(view: Shown, sent: JsonMembers, keepsNarrative: boolean): JsonMembers {
  const { plans, stored, shown } = view;
  const merged = mergeMembers(view, stored, shown, sent, plans(String(stored['resourceType'])));
  const dropsNarrative =
    !keepsNarrative &&
    shown['text'] === undefined &&
    sent['text'] === undefined &&
    !sameJson(unstamped(shown), unstamped(sent));
  if (!dropsNarrative) return merged;
  const { text: _outdated, ...rest } = merged;
  return rest;
}

/** Without what the server sets itself. */
export function unstamped({ meta, ...rest }: JsonMembers): JsonMembers {
  if (!isMembers(meta)) return rest;
  const { versionId: _version, lastUpdated: _updated, ...labels } = meta;
  return Object.keys(labels).length === 0 ? rest : { ...rest, meta: labels };
}

function merge(
  view: Shown,
  stored: unknown,
  shown: unknown,
  sent: unknown,
  plan: StructurePlan | undefined,
): unknown {
  if (stored === undefined) return sent;
  if (sameJson(shown, sent)) return stored;
  if (sameJson(stored, shown)) return inOrder(stored, sent);
  if (Array.isArray(stored) && Array.isArray(sent)) {
    return mergeItems(view, stored, itemsOf(shown), sent, plan);
  }
  if (isMembers(stored) && isMembers(sent)) {
    return mergeMembers(view, stored, isMembers(shown) ? shown : {}, sent, plan);
  }
  return sent;
}

/** Members that were there before in their old order, so that nothing changes where nothing was changed. */
function inOrder(stored: unknown, sent: unknown): unknown {
  if (!isMembers(stored) || !isMembers(sent)) return sent;
  const kept = Object.keys(stored).filter((key) => Object.hasOwn(sent, key));
  return Object.fromEntries(
    [...new Set([...kept, ...Object.keys(sent)])].map((key) => [key, sent[key]]),
  );
}

function mergeMembers(
  view: Shown,
  stored: JsonMembers,
  shown: JsonMembers,
  sent: JsonMembers,
  plan: StructurePlan | undefined,
): JsonMembers {
  if (plan === view.plans('Reference') && !sameJson(sent['reference'], shown['reference']))
    return sent;
  const keys = new Set([...Object.keys(stored), ...Object.keys(sent)]);
  const merged = [...keys].map((key) => {
    const value = mergeMember(view, { stored, shown, sent, plan }, key);
    return [key, value] as const;
  });
  return Object.fromEntries(merged.filter(([, value]) => value !== undefined));
}

/** One object, three times. */
interface Members {
  readonly stored: JsonMembers;
  readonly shown: JsonMembers;
  readonly sent: JsonMembers;
  readonly plan: StructurePlan | undefined;
}

function mergeMember(view: Shown, members: Members, key: string): unknown {
  const { plan } = members;
  const [stored, shown, sent] = [members.stored, members.shown, members.sent].map((one) =>
    memberOf(one, key),
  );
  const beside = plan?.shadows.get(key);
  const property = beside ?? plan?.properties.get(key);
  if (beside !== undefined && Array.isArray(stored))
    return mergeBeside(view, members, beside.name, key);
  if (sent !== undefined) {
    const content =
      beside === undefined
        ? property?.kind === 'complex'
          ? property.content()
          : undefined
        : view.plans('Element');
    return merge(view, stored, shown, sent, content);
  }
  if (shown !== undefined) return undefined;
  // The element beside which this stands was taken away, or another type of the same choice stands in its place.
  const gone = beside !== undefined && isTakenAway(members, beside.name);
  const replaced = rivalsOf(plan, property).some(
    (rival) => members.sent[rival] !== undefined || members.sent[`_${rival}`] !== undefined,
  );
  return gone || replaced ? undefined : stored;
}

/** Ids and extensions of a list of primitives, each beside its value: they go where their values go. */
function mergeBeside(view: Shown, members: Members, name: string, key: string): unknown {
  if (isTakenAway(members, name)) return members.sent[key];
  const values = itemsOf(members.shown[name]);
  const sent = itemsOf(members.sent[key]);
  const shown = itemsOf(members.shown[key]);
  const stored = itemsOf(members.stored[key]);
  // Where the view left values out, nobody can say any more which of them stands beside what.
  if (values.length !== itemsOf(members.stored[name]).length) return members.sent[key];
  const partners = pairItems(values, itemsOf(members.sent[name]));
  const length = Math.max(partners.length, sent.length);
  const merged = Array.from({ length }, (_, at) => {
    const partner = partners.length === 0 ? at : partners[at];
    if (partner === undefined) return sent[at] ?? null;
    const [before, seen, now] = [stored[partner], shown[partner], sent[at]].map(
      (item) => item ?? undefined,
    );
    if (now === undefined) return seen === undefined ? (before ?? null) : null;
    return merge(view, before, seen, now, view.plans('Element')) ?? null;
  });
  return merged.some((item) => item !== null) ? merged : undefined;
}

function isTakenAway({ shown, sent }: Members, name: string): boolean {
  return shown[name] !== undefined && sent[name] === undefined;
}

function mergeItems(
  view: Shown,
  stored: readonly unknown[],
  shown: readonly unknown[],
  sent: readonly unknown[],
  plan: StructurePlan | undefined,
): readonly unknown[] {
  const positions = positionsIn(view, stored, shown);
  // Of a masked list nobody can say what its items were made of: it is replaced as a whole.
  if (positions === undefined) return sent;
  const partners = pairItems(shown, sent);
  const hidden = new Set(stored.keys());
  for (const position of positions) hidden.delete(position);
  const again = hidden.size === 0 ? undefined : sentAgain(sent);
  const list: unknown[] = [];
  const place = (from: number): void => {
    for (let index = from; hidden.has(index); index += 1) {
      hidden.delete(index);
      const item = stored[index];
      // Who sets what they cannot see sets it once.
      if (again?.(item) !== true) list.push(item);
    }
  };
  place(0);
  for (const [at, item] of sent.entries()) {
    const partner = partners[at];
    const position = partner === undefined ? undefined : positions[partner];
    if (partner === undefined || position === undefined) {
      list.push(item);
      continue;
    }
    const content = planOf(view, stored[position], plan);
    list.push(merge(view, stored[position], shown[partner], item, content));
    place(position + 1);
  }
  // Behind an item that was taken away: at the end.
  for (const index of [...hidden]) place(index);
  return list;
}

/** Tells of a hidden item whether it was sent all the same: the very same, or a contained resource of the same id. */
function sentAgain(sent: readonly unknown[]): (hidden: unknown) => boolean {
  const texts = new Set(sent.map(canonicalJson));
  const ids = new Set(sent.map(containedId).filter((id) => id !== undefined));
  return (hidden) => {
    const id = containedId(hidden);
    return texts.has(canonicalJson(hidden)) || (id !== undefined && ids.has(id));
  };
}

function containedId(item: unknown): unknown {
  return memberOf(item, 'resourceType') === undefined ? undefined : memberOf(item, 'id');
}

/** A resource inside another one is of the type that it names. */
function planOf(
  view: Shown,
  item: unknown,
  plan: StructurePlan | undefined,
): StructurePlan | undefined {
  const type = memberOf(item, 'resourceType');
  return typeof type === 'string' ? view.plans(type) : plan;
}

/** Where each shown item stands in the stored list; undefined where that cannot be told. */
function positionsIn(
  { source }: Shown,
  stored: readonly unknown[],
  shown: readonly unknown[],
): readonly number[] | undefined {
  const places = new Map(stored.map((item, index) => [item, index]));
  const positions = shown.map((item) => (isMembers(item) ? places.get(source(item)) : undefined));
  const known = positions.filter((position) => position !== undefined);
  if (known.length === shown.length) return known;
  return stored.length === shown.length ? [...shown.keys()] : undefined;
}
