import { canonicalJson } from '../../json/canonical.ts';
import { memberOf } from './json-object.ts';

/**
 * Which item of a list that was shown each item that was sent stands for: by their element ids, else by being the same,
 * else in order. Only what was shown is looked at, so that nothing hidden decides it.
 * @returns for each sent item the index of the shown one; undefined for a new one
 */
export function pairItems(
  shown: readonly unknown[],
  sent: readonly unknown[],
): readonly (number | undefined)[] {
  const partners = new Array<number | undefined>(sent.length).fill(undefined);
  const open = new Set(shown.keys());
  pairBy(shown, sent, partners, open, idOf);
  pairBy(shown, sent, partners, open, canonicalJson);
  const rest = [...open];
  const named = rest.filter((index) => idOf(shown[index]) !== undefined);
  const unnamed = rest.filter((index) => idOf(shown[index]) === undefined);
  let [nextNamed, nextUnnamed] = [0, 0];
  for (const [at, item] of sent.entries()) {
    if (partners[at] !== undefined || item === null) continue;
    // An item with an id of its own is never one with another id.
    const first =
      idOf(item) === undefined &&
      (named[nextNamed] ?? Infinity) < (unnamed[nextUnnamed] ?? Infinity);
    partners[at] = first ? named[nextNamed++] : unnamed[nextUnnamed++];
  }
  return partners;
}

/** Pairs items that have the same key, in order, each once. */
function pairBy(
  shown: readonly unknown[],
  sent: readonly unknown[],
  partners: (number | undefined)[],
  open: Set<number>,
  key: (item: unknown) => string | undefined,
): void {
  const byKey = Map.groupBy(open, (index) => key(shown[index]));
  for (const [at, item] of sent.entries()) {
    if (partners[at] !== undefined) continue;
    const own = key(item);
    const index = own === undefined ? undefined : byKey.get(own)?.shift();
    if (index === undefined) continue;
    partners[at] = index;
    open.delete(index);
  }
}

function idOf(item: unknown): string | undefined {
  const id = memberOf(item, 'id');
  return typeof id === 'string' ? id : undefined;
}
