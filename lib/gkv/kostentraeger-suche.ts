import type { Kostentraeger } from './kostentraeger.ts';

/** Why no insurer answers for a prefix on a day. */
export type SucheGrund =
  | 'UNKNOWN_PREFIX'
  | 'NOT_YET_VALID'
  | 'EXPIRED'
  | 'INSOLVENT'
  | 'NACHFOLGE_UNKNOWN'
  | 'NACHFOLGE_CYCLE';

/** The outcome of {@link findKostentraeger}. */
export type KostentraegerSuche =
  | {
      readonly found: true;
      /** The insurer that answers today: endpoint, IKs, certificate. The code itself stays as it is. */
      readonly kostentraeger: Kostentraeger;
      /** Prefixes from the one asked for to the one found; longer than one after a merger. */
      readonly weg: readonly string[];
    }
  | { readonly found: false; readonly grund: SucheGrund; readonly weg: readonly string[] };

/**
 * The insurer that is responsible for a prefix on a German calendar day `YYYY-MM-DD`. Where the entry has ended, the
 * successor is followed, also over several mergers; a circle of successors ends the search.
 * @see GKV-SV Richtlinie nach § 302 Abs. 2 SGB V für DiGA, Technische Anlage 1
 */
export function findKostentraeger(
  eintraege: readonly Kostentraeger[],
  kuerzel: string,
  day: string,
): KostentraegerSuche {
  const weg: string[] = [];
  let next = kuerzel;
  for (;;) {
    if (weg.includes(next)) return { found: false, grund: 'NACHFOLGE_CYCLE', weg: [...weg, next] };
    weg.push(next);
    const candidates = newestFirst(eintraege, next);
    const valid = candidates.find((entry) => begun(entry, day) && !ended(entry, day));
    if (valid !== undefined) return { found: true, kostentraeger: valid, weg };
    const last = candidates.find((entry) => ended(entry, day));
    if (last?.nachfolgeKostentraegerkuerzel === undefined) {
      return { found: false, grund: grundOf(candidates, last, weg.length > 1), weg };
    }
    next = last.nachfolgeKostentraegerkuerzel;
  }
}

function newestFirst(
  eintraege: readonly Kostentraeger[],
  kuerzel: string,
): readonly Kostentraeger[] {
  return eintraege
    .filter((entry) => entry.kostentraegerkuerzel === kuerzel)
    .toSorted((one, other) => compare(other.gueltigAb ?? '', one.gueltigAb ?? ''));
}

function grundOf(
  candidates: readonly Kostentraeger[],
  last: Kostentraeger | undefined,
  isNachfolge: boolean,
): SucheGrund {
  if (last !== undefined) return last.insolvenz ? 'INSOLVENT' : 'EXPIRED';
  if (candidates.length > 0) return 'NOT_YET_VALID';
  return isNachfolge ? 'NACHFOLGE_UNKNOWN' : 'UNKNOWN_PREFIX';
}

function begun(entry: Kostentraeger, day: string): boolean {
  return entry.gueltigAb === undefined || entry.gueltigAb <= day;
}

function ended(entry: Kostentraeger, day: string): boolean {
  return entry.gueltigBis !== undefined && entry.gueltigBis < day;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
