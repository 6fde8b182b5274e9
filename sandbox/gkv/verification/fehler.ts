/** Error numbers of Anhang 5 with their texts. @see Richtlinie nach § 302 Abs. 2 SGB V DiGA, Anhang 5 */
export const fehlertexte = {
  100: 'Freischaltcode / Rezeptcode abgelaufen',
  101: 'Freischaltcode / Rezeptcode storniert',
  102: 'Freischaltcode / Rezeptcode nicht gefunden',
  200: 'Anfrage oder Datei ungültig',
  201: 'Serverfehler',
  202: 'Speicherfehler',
} as const;

/** An error number of Anhang 5. */
export type Fehlernummer = keyof typeof fehlertexte;

/** Refusal of a request, as it goes into a `Fehlerinformation`. */
export interface Fehler {
  readonly nummer: Fehlernummer;
  /** Element at fault. */
  readonly xpath?: string;
}

/** Result of every official test code; 0 stands for the answer ANT. @see Anhang 6 */
export const testCodes: Readonly<Record<string, Fehlernummer | 0>> = {
  '77AAAAAAAAAAAAAX': 0,
  '77AAAAAAAAAAADEV': 100,
  '77AAAAAAAAAAADFF': 101,
  '77AAAAAAAAAAADGE': 102,
  '77AAAAAAAAAAAGIS': 200,
  '77AAAAAAAAAAAGJC': 201,
  '77AAAAAAAAAAAGKD': 202,
};
