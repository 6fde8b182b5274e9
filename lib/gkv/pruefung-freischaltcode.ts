import type { PruefungVerfahren } from './verfahren.ts';

/** Namespace of the code verification messages, schema version 3.0. */
export const PRUEFUNG_NAMESPACE = 'http://www.gkv-datenaustausch.de/XML-Schema/EDFC0_Pruefung/3.0';

/** Namespace of the version in force until September 2023; read for diagnosis only. */
export const PRUEFUNG_NAMESPACE_2 =
  'http://www.gkv-datenaustausch.de/XML-Schema/EDFC0_Pruefung/2.0.0';

/** Name of the root element. */
export const PRUEFUNG_ROOT = 'Pruefung_Freischaltcode';

/** Fixed attributes of each schema version, by namespace. */
export const PRUEFUNG_VERSIONS: Readonly<
  Record<string, { readonly version: string; readonly gueltigab: string }>
> = {
  [PRUEFUNG_NAMESPACE]: { version: '003.000.000', gueltigab: '2022-08-25' },
  [PRUEFUNG_NAMESPACE_2]: { version: '002.000.000', gueltigab: '2020-07-01' },
};

/** Attributes that every message carries. */
export interface PruefungKopf {
  readonly verfahrenskennung: PruefungVerfahren;
  /** IK of the sender, nine digits. */
  readonly absender: string;
  /** IK of the receiver, nine digits. */
  readonly empfaenger: string;
}

/** Request (ANF) of the manufacturer: is this code good for this DiGA? */
export interface PruefungAnfrage extends PruefungKopf {
  readonly nachrichtentyp: 'ANF';
  readonly ikDiGAHersteller: string;
  /** `Kostentraegerkennung` of the directory entry, not the clearing point. */
  readonly ikKrankenkasse: string;
  /** Five digits: the number of the DiGA in the directory of § 139e SGB V. */
  readonly digaId: string;
  readonly freischaltcode: string;
}

/** Positive answer (ANT) of the insurer. */
export interface PruefungAntwort extends PruefungKopf {
  readonly nachrichtentyp: 'ANT';
  readonly ikDiGAHersteller: string;
  readonly ikKrankenkasse: string;
  /** Eight digits: DiGA-ID and prescription unit. Exactly this one is billed. */
  readonly digaVeId: string;
  readonly freischaltcode: string;
  /** German calendar day `YYYY-MM-DD`: delivery date of the invoice. */
  readonly tagDerLeistungserbringung: string;
}

/** Error message (FEH) of the insurer. */
export interface PruefungFehlernachricht extends PruefungKopf {
  readonly nachrichtentyp: 'FEH';
  /** 1 to 99 entries. */
  readonly fehler: readonly Fehlerinformation[];
}

/** One entry of an error message. */
export interface Fehlerinformation {
  /** 1 to 999; `classifyFehler` says what follows from it. */
  readonly fehlernummer: number;
  readonly fehlertext?: string;
  readonly xpath?: string;
}

/** Any message of the code verification. */
export type PruefungNachricht = PruefungAnfrage | PruefungAntwort | PruefungFehlernachricht;

/** Patterns of the simple types of the schema. @see EDFC0-basis_3.0.0.xsd, GI4X-basis-2.0.0.xsd */
export const PRUEFUNG_PATTERNS = {
  ik: /^[0-9]{9}$/,
  digaId: /^[0-9]{5}$/,
  digaVeId: /^[0-9]{8}$/,
  freischaltcode: /^[A-Z2-7]{16}$/,
  fehlernummer: /^\+?0*[1-9][0-9]{0,2}$/,
} as const;

/** Largest length of `Fehlertext` and `XPath`. */
export const FEHLERTEXT_MAX = 600;

/** Largest number of `Fehlerinformation` elements. */
export const FEHLER_MAX = 99;
