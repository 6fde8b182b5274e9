/**
 * Procedure mark (Verfahrenskennung): `E` live or `T` test, `DFC` code verification or `DRE` invoice, version digit.
 * @see GKV-SV Richtlinie nach § 302 Abs. 2 SGB V für DiGA, Technische Anlage 1
 */
export type Verfahren = PruefungVerfahren | RechnungVerfahren;

/** Procedure marks of the code verification. */
export type PruefungVerfahren = 'EDFC0' | 'TDFC0';

/** Procedure marks of the billing. */
export type RechnungVerfahren = 'EDRE0' | 'TDRE0';

const VERFAHREN: readonly string[] = ['EDFC0', 'TDFC0', 'EDRE0', 'TDRE0'];

/** True for one of the four procedure marks of this interface. */
export function isVerfahren(text: string): text is Verfahren {
  return VERFAHREN.includes(text);
}

/** True for the two marks of the code verification. */
export function isPruefungVerfahren(text: string): text is PruefungVerfahren {
  return text === 'EDFC0' || text === 'TDFC0';
}

/** True when the exchange is a test that has no effect at the insurer. */
export function isTestVerfahren(verfahren: Verfahren): boolean {
  return verfahren.startsWith('T');
}
