import { sameJson } from '../../json/canonical.ts';
import { isMembers, itemsOf, type JsonMembers, memberOf, withMember } from './json-object.ts';
import type { Lock, LockedNode } from './locked-elements.ts';
import { pairItems } from './pair-items.ts';

/** What was sent with what it left out of the locked elements put back as it was shown; or the lock that it breaks. */
export type KeptLocks = { readonly kept: JsonMembers } | { readonly broken: Lock };

/**
 * Holds what was sent against the elements that cannot be changed: one that is left out stays as it was, one that is sent
 * as it was shown is no change, and anything else breaks the lock. Looks at what the caller was shown and at nothing else,
 * so that neither the result nor a refusal tells anything about what is hidden.
 * @param shown what the caller sees of the resource; undefined where it creates one
 */
export function keepLocked(
  locks: LockedNode,
  shown: JsonMembers | undefined,
  sent: JsonMembers,
): KeptLocks {
  const state: State = {};
  const kept = keep(locks, shown, sent, shown === undefined, state) as JsonMembers;
  return state.broken === undefined ? { kept } : { broken: state.broken };
}

interface State {
  broken?: Lock;
}

/** @param fresh true for what is new as a whole: of that, what is only shown coarsely may be set */
function keep(
  node: LockedNode,
  shown: unknown,
  sent: unknown,
  fresh: boolean,
  state: State,
): unknown {
  if (Array.isArray(sent)) return keepItems(node, itemsOf(shown), sent, state);
  if (!isMembers(sent)) return sent;
  let kept: JsonMembers = sent;
  for (const [key, child] of node.members) {
    kept =
      child.lock === undefined
        ? keepBelow(child, child.primitive ? `_${key}` : key, shown, kept, fresh, state)
        : keepWhole(child, child.lock, key, shown, kept, fresh, state);
  }
  if (node.extensions.size > 0) {
    for (const key of ['extension', 'modifierExtension']) {
      kept = keepExtensions(node, key, shown, kept, fresh, state);
    }
  }
  return kept;
}

function keepItems(
  node: LockedNode,
  shown: readonly unknown[],
  sent: readonly unknown[],
  state: State,
): readonly unknown[] {
  const partners = pairItems(shown, sent);
  return sent.map((item, at) => {
    const partner = partners[at];
    return keep(
      node,
      partner === undefined ? undefined : shown[partner],
      item,
      partner === undefined,
      state,
    );
  });
}

/** An element that has locked parts. */
function keepBelow(
  node: LockedNode,
  key: string,
  shown: unknown,
  sent: JsonMembers,
  fresh: boolean,
  state: State,
): JsonMembers {
  const before = memberOf(shown, key);
  const after = memberOf(sent, key);
  if (after !== undefined) {
    const list = Array.isArray(after);
    const isNew = fresh || (before === undefined && !list);
    const kept = keep(node, before, after, isNew && fresh, state);
    return kept === after ? sent : withMember(sent, key, kept);
  }
  // An item of a list goes as a whole; of a single element its locked parts stay, unless another type took its place.
  if (!isMembers(before) || node.rivals.some((rival) => memberOf(sent, rival) !== undefined)) {
    return sent;
  }
  const kept = keep(node, before, {}, false, state) as JsonMembers;
  return Object.keys(kept).length === 0 ? sent : withMember(sent, key, kept);
}

/** An element that is locked as a whole, with what stands beside it where it is a primitive. */
function keepWhole(
  node: LockedNode,
  lock: Lock,
  key: string,
  shown: unknown,
  sent: JsonMembers,
  fresh: boolean,
  state: State,
): JsonMembers {
  if (fresh && lock.kind === 'masked') return sent;
  let kept = sent;
  for (const name of [key, `_${key}`]) {
    const before = memberOf(shown, name);
    const after = memberOf(sent, name);
    if (after === undefined && before !== undefined) kept = withMember(kept, name, before);
    if (after !== undefined && !sameJson(before, after)) state.broken ??= lock;
  }
  const replaced =
    kept !== sent &&
    node.rivals.some((rival) =>
      [rival, `_${rival}`].some((name) => memberOf(sent, name) !== undefined),
    );
  if (replaced) state.broken ??= lock;
  return kept;
}

/** Extensions by their URLs; those of other URLs stand where they were sent. */
function keepExtensions(
  node: LockedNode,
  key: string,
  shown: unknown,
  sent: JsonMembers,
  fresh: boolean,
  state: State,
): JsonMembers {
  let kept = memberOf(sent, key);
  if (kept !== undefined && !Array.isArray(kept)) return sent;
  for (const [url, child] of node.extensions) {
    const ofUrl = (item: unknown): boolean => memberOf(item, 'url') === url;
    const before = itemsOf(memberOf(shown, key)).filter(ofUrl);
    const after = itemsOf(kept).filter(ofUrl);
    if (child.lock === undefined) {
      const items = [...keepItems(child, before, after, state)];
      if (items.length > 0)
        kept = itemsOf(kept).map((item) => (ofUrl(item) ? items.shift() : item));
    } else if (fresh && child.lock.kind === 'masked') {
      continue;
    } else if (after.length === 0) {
      if (before.length > 0) kept = putBack(itemsOf(memberOf(shown, key)), itemsOf(kept), ofUrl);
    } else if (!sameJson(before, after)) {
      state.broken ??= child.lock;
    }
  }
  return kept === memberOf(sent, key) ? sent : withMember(sent, key, kept);
}

/** The list that was sent with those of the shown items, each behind the one that it stood behind. */
function putBack(
  shown: readonly unknown[],
  sent: readonly unknown[],
  isKept: (item: unknown) => boolean,
): readonly unknown[] {
  const partners = pairItems(shown, sent);
  const open = new Set(shown.flatMap((item, index) => (isKept(item) ? [index] : [])));
  const list: unknown[] = [];
  const place = (from: number): void => {
    for (let index = from; open.delete(index); index += 1) list.push(shown[index]);
  };
  place(0);
  for (const [at, item] of sent.entries()) {
    list.push(item);
    const partner = partners[at];
    if (partner !== undefined) place(partner + 1);
  }
  return [...list, ...[...open].map((index) => shown[index])];
}
