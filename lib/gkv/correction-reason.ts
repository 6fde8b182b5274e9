/** What changed in a correction with the key 010, in the order in which it is written. */
export const CORRECTED_DETAILS = ['UST-ID', 'KK-Adresse', 'LE-Adresse'] as const;

/** A detail of the key 010. */
export type CorrectedDetail = (typeof CORRECTED_DETAILS)[number];

/**
 * Reason of a corrected invoice. Key 001 is used for a price that was newly fixed; the texts of 001 to 004 belong into
 * a configurable list, this library only knows the keys.
 * @see GKV-SV Richtlinie nach § 302 Abs. 2 SGB V für DiGA, Anhang 7
 */
export type CorrectionReason =
  | { readonly key: '001' | '002' | '003' | '004' }
  | { readonly key: '010'; readonly details: readonly CorrectedDetail[] };

/**
 * The reason as the only note of the invoice (BT-22): the bare key, or `010:` with the details joined by `+`. Undefined
 * when the key 010 names no detail.
 * @see dre0.sch, rule DRE0-CORR-4
 */
export function correctionNote(reason: CorrectionReason): string | undefined {
  if (reason.key !== '010') return reason.key;
  const details = CORRECTED_DETAILS.filter((detail) => reason.details.includes(detail));
  return details.length === 0 ? undefined : `010:${details.join('+')}`;
}

/** Reads a note back; undefined for anything that is not exactly a reason. */
export function parseCorrectionNote(note: string): CorrectionReason | undefined {
  const key = (['001', '002', '003', '004'] as const).find((candidate) => candidate === note);
  if (key !== undefined) return { key };
  if (!note.startsWith('010:')) return undefined;
  const parts = note.slice('010:'.length).split('+');
  const details = CORRECTED_DETAILS.filter((detail) => parts.includes(detail));
  const known = parts.every((part) => details.some((detail) => detail === part));
  return known && details.length > 0 ? { key: '010', details } : undefined;
}
