import type { Fehlerinformation } from './pruefung-freischaltcode.ts';

/**
 * What to do after an error: `final` – this code will not become good; `ours` – our request is wrong, final until it is
 * repaired, alarm; `retry` – the insurer has a technical fault, sending the same again does no harm.
 */
export type Fehlerklasse = 'final' | 'ours' | 'retry';

/** Classification of one error number or of a whole error message. */
export interface Fehlerurteil {
  readonly klasse: Fehlerklasse;
  /** True when an error number is not in Anhang 5: somebody has to look at number and text. */
  readonly manualReview: boolean;
}

/** A number of Anhang 5. */
export interface FehlernummerDefinition {
  readonly klasse: Fehlerklasse;
  /** Text of Anhang 5. */
  readonly text: string;
  /** Code of Anhang 6 that makes an insurer's test system answer with this number. */
  readonly testcode: string;
}

/**
 * The error numbers that are defined.
 * @see GKV-SV Richtlinie nach § 302 Abs. 2 SGB V für DiGA, Anhang 5 (Fehlernummern) and Anhang 6 (Testcodes)
 */
export const FEHLERNUMMERN: Readonly<Record<number, FehlernummerDefinition>> = {
  100: {
    klasse: 'final',
    text: 'Freischaltcode / Rezeptcode abgelaufen',
    testcode: '77AAAAAAAAAAADEV',
  },
  101: {
    klasse: 'final',
    text: 'Freischaltcode / Rezeptcode storniert',
    testcode: '77AAAAAAAAAAADFF',
  },
  102: {
    klasse: 'final',
    text: 'Freischaltcode / Rezeptcode nicht gefunden',
    testcode: '77AAAAAAAAAAADGE',
  },
  200: { klasse: 'ours', text: 'Anfrage oder Datei ungültig', testcode: '77AAAAAAAAAAAGIS' },
  201: { klasse: 'retry', text: 'Serverfehler', testcode: '77AAAAAAAAAAAGJC' },
  202: { klasse: 'retry', text: 'Speicherfehler', testcode: '77AAAAAAAAAAAGKD' },
};

/** The test code that an insurer's test system answers positively, with the prescription unit `000` and today's date. */
export const TESTCODE_GUELTIG = '77AAAAAAAAAAAAAX';

/** Classifies one error number; a number that is not defined is final and needs a person. */
export function classifyFehlernummer(fehlernummer: number): Fehlerurteil {
  const definition = FEHLERNUMMERN[fehlernummer];
  return definition === undefined
    ? { klasse: 'final', manualReview: true }
    : { klasse: definition.klasse, manualReview: false };
}

/**
 * Classifies an error message with one or more entries: the least hopeful class counts (`final`, `ours`, `retry`).
 * @throws TypeError when there is no entry; the schema demands one.
 */
export function classifyFehler(fehler: readonly Fehlerinformation[]): Fehlerurteil {
  const urteile = fehler.map(({ fehlernummer }) => classifyFehlernummer(fehlernummer));
  const order: readonly Fehlerklasse[] = ['final', 'ours', 'retry'];
  const klasse = order.find((candidate) => urteile.some((urteil) => urteil.klasse === candidate));
  if (klasse === undefined) throw new TypeError('An error message has at least one entry');
  return { klasse, manualReview: urteile.some((urteil) => urteil.manualReview) };
}
