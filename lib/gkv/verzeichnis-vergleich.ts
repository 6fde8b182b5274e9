import type { Kostentraeger } from './kostentraeger.ts';

/** A field of an entry that changed. */
export interface Feldaenderung {
  readonly field: keyof Kostentraeger;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** What a new directory changes. */
export interface VerzeichnisVergleich {
  readonly added: readonly Kostentraeger[];
  readonly removed: readonly Kostentraeger[];
  readonly changed: readonly {
    readonly kostentraegerkuerzel: string;
    readonly changes: readonly Feldaenderung[];
  }[];
}

/**
 * Compares two versions of the directory for the person who activates the new one. Entries belong together by prefix and,
 * where a prefix has several, by their order in time. `Nummer` is not compared: it only numbers the entries of a file.
 */
export function compareVerzeichnisse(
  before: readonly Kostentraeger[],
  after: readonly Kostentraeger[],
): VerzeichnisVergleich {
  const old = keyed(before);
  const fresh = keyed(after);
  return {
    added: [...fresh].filter(([key]) => !old.has(key)).map(([, entry]) => entry),
    removed: [...old].filter(([key]) => !fresh.has(key)).map(([, entry]) => entry),
    changed: [...fresh].flatMap(([key, entry]) => {
      const previous = old.get(key);
      const changes = previous === undefined ? [] : changesOf(previous, entry);
      const { kostentraegerkuerzel } = entry;
      return changes.length === 0 ? [] : [{ kostentraegerkuerzel, changes }];
    }),
  };
}

function keyed(eintraege: readonly Kostentraeger[]): ReadonlyMap<string, Kostentraeger> {
  const seen = new Map<string, number>();
  const inTime = eintraege.toSorted((one, other) => {
    const [first, second] = [one.gueltigAb ?? '', other.gueltigAb ?? ''];
    return first < second ? -1 : first > second ? 1 : 0;
  });
  return new Map(
    inTime.map((entry) => {
      const count = (seen.get(entry.kostentraegerkuerzel) ?? 0) + 1;
      seen.set(entry.kostentraegerkuerzel, count);
      return [`${entry.kostentraegerkuerzel}#${count}`, entry];
    }),
  );
}

function changesOf(before: Kostentraeger, after: Kostentraeger): readonly Feldaenderung[] {
  const fields = new Set([
    ...Object.keys(before),
    ...Object.keys(after),
  ] as (keyof Kostentraeger)[]);
  fields.delete('nummer');
  return [...fields].toSorted().flatMap((field) => {
    const [old, fresh] = [textOf(before[field]), textOf(after[field])];
    return old === fresh ? [] : [{ field, before: old, after: fresh }];
  });
}

function textOf(value: Kostentraeger[keyof Kostentraeger]): string | undefined {
  return value === undefined ? undefined : String(value);
}
