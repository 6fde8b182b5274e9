import { document, element, type WrittenXml } from '../xml/write-xml.ts';
import type { Anfrage } from './anfrage.ts';
import { type Fehler, fehlertexte } from './fehler.ts';

/** Envelope of an answer. */
export interface AnswerHeader {
  readonly verfahrenskennung: string;
  /** IK of the clearing point. */
  readonly absender: string;
  /** IK of the manufacturer. */
  readonly empfaenger: string;
}

/** A successful verification. */
export interface Leistung {
  readonly digaVeId: string;
  /** `YYYY-MM-DD`. */
  readonly tag: string;
}

/** Writes an answer of type ANT. @see EDFC0-Pruefung_3.0.0.xsd */
export function antwort(header: AnswerHeader, anfrage: Anfrage, leistung: Leistung): Uint8Array {
  return pruefung(header, 'ANT', [
    element('Antwort', {}, [
      element('IK_DiGA_Hersteller', {}, anfrage.ikHersteller),
      element('IK_Krankenkasse', {}, anfrage.ikKrankenkasse),
      element('DiGAVEID', {}, leistung.digaVeId),
      element('Freischaltcode', {}, anfrage.freischaltcode),
      element('Tag_der_Leistungserbringung', {}, leistung.tag),
    ]),
  ]);
}

/** Writes an answer of type FEH. @see EDFC0-Pruefung_3.0.0.xsd */
export function fehlerinformation(header: AnswerHeader, fehler: Fehler): Uint8Array {
  return pruefung(header, 'FEH', [
    element('Fehlerinformation', {}, [
      element('Fehlernummer', {}, String(fehler.nummer)),
      element('Fehlertext', {}, fehlertexte[fehler.nummer]),
      ...(fehler.xpath === undefined ? [] : [element('XPath', {}, fehler.xpath)]),
    ]),
  ]);
}

function pruefung(
  header: AnswerHeader,
  nachrichtentyp: string,
  content: readonly WrittenXml[],
): Uint8Array {
  return document(
    element(
      'Pruefung_Freischaltcode',
      {
        xmlns: 'http://www.gkv-datenaustausch.de/XML-Schema/EDFC0_Pruefung/3.0',
        version: '003.000.000',
        gueltigab: '2022-08-25',
        verfahrenskennung: header.verfahrenskennung,
        nachrichtentyp,
        absender: header.absender,
        empfaenger: header.empfaenger,
      },
      content,
    ),
  );
}
