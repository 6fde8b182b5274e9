import { isCalendarDay } from './calendar-day.ts';
import { isTestCode } from './freischaltcode.ts';
import { GkvMessageError } from './gkv-message-error.ts';
import {
  FEHLER_MAX,
  FEHLERTEXT_MAX,
  type Fehlerinformation,
  PRUEFUNG_NAMESPACE,
  PRUEFUNG_PATTERNS,
  PRUEFUNG_ROOT,
  PRUEFUNG_VERSIONS,
  type PruefungAnfrage,
  type PruefungNachricht,
} from './pruefung-freischaltcode.ts';
import { isTestVerfahren } from './verfahren.ts';
import { collapse } from './xml-element.ts';
import { isXmlText } from './xml-text.ts';
import { writeXml, type XmlContent } from './xml-writer.ts';

/** What a manufacturer gives for a request; sender and receiver follow from it. */
export type AnfrageInput = Omit<PruefungAnfrage, 'nachrichtentyp' | 'absender' | 'empfaenger'>;

/**
 * The bytes of a request (ANF): sender is the manufacturer, receiver the insurer by its `Kostentraegerkennung`.
 * @throws GkvMessageError PRUEFUNG_INPUT, PRUEFUNG_TESTCODE
 */
export function buildPruefungAnfrage(input: AnfrageInput): Uint8Array {
  return buildPruefungNachricht({
    ...input,
    nachrichtentyp: 'ANF',
    absender: input.ikDiGAHersteller,
    empfaenger: input.ikKrankenkasse,
  });
}

/**
 * The bytes of any verification message in schema version 3.0; the same message always gives the same bytes.
 * @throws GkvMessageError PRUEFUNG_INPUT, PRUEFUNG_TESTCODE
 */
export function buildPruefungNachricht(nachricht: PruefungNachricht): Uint8Array {
  demand('absender', PRUEFUNG_PATTERNS.ik.test(nachricht.absender));
  demand('empfaenger', PRUEFUNG_PATTERNS.ik.test(nachricht.empfaenger));
  const version = PRUEFUNG_VERSIONS[PRUEFUNG_NAMESPACE];
  return writeXml(PRUEFUNG_ROOT, {
    '@xmlns': PRUEFUNG_NAMESPACE,
    '@version': version?.version,
    '@gueltigab': version?.gueltigab,
    '@verfahrenskennung': nachricht.verfahrenskennung,
    '@nachrichtentyp': nachricht.nachrichtentyp,
    '@absender': nachricht.absender,
    '@empfaenger': nachricht.empfaenger,
    ...inhalt(nachricht),
  });
}

function inhalt(nachricht: PruefungNachricht): XmlContent {
  if (nachricht.nachrichtentyp === 'FEH') {
    demand('fehler', nachricht.fehler.length >= 1 && nachricht.fehler.length <= FEHLER_MAX);
    return { Fehlerinformation: nachricht.fehler.map(fehlerinformation) };
  }
  const { ikDiGAHersteller, ikKrankenkasse, freischaltcode } = nachricht;
  demand('ikDiGAHersteller', PRUEFUNG_PATTERNS.ik.test(ikDiGAHersteller));
  demand('ikKrankenkasse', PRUEFUNG_PATTERNS.ik.test(ikKrankenkasse));
  demand('freischaltcode', PRUEFUNG_PATTERNS.freischaltcode.test(freischaltcode));
  const beteiligte = { IK_DiGA_Hersteller: ikDiGAHersteller, IK_Krankenkasse: ikKrankenkasse };
  if (nachricht.nachrichtentyp === 'ANF') {
    demand('digaId', PRUEFUNG_PATTERNS.digaId.test(nachricht.digaId));
    if (isTestCode(freischaltcode) && !isTestVerfahren(nachricht.verfahrenskennung)) {
      throw new GkvMessageError('PRUEFUNG_TESTCODE');
    }
    return {
      Anfrage: { ...beteiligte, DiGAID: nachricht.digaId, Freischaltcode: freischaltcode },
    };
  }
  demand('digaVeId', PRUEFUNG_PATTERNS.digaVeId.test(nachricht.digaVeId));
  demand('tagDerLeistungserbringung', isCalendarDay(nachricht.tagDerLeistungserbringung));
  return {
    Antwort: {
      ...beteiligte,
      DiGAVEID: nachricht.digaVeId,
      Freischaltcode: freischaltcode,
      Tag_der_Leistungserbringung: nachricht.tagDerLeistungserbringung,
    },
  };
}

function fehlerinformation(fehler: Fehlerinformation): XmlContent {
  const { fehlernummer, fehlertext, xpath } = fehler;
  demand('fehlernummer', PRUEFUNG_PATTERNS.fehlernummer.test(String(fehlernummer)));
  demand('fehlertext', fehlertext === undefined || isFehlertext(fehlertext));
  demand('xpath', xpath === undefined || isFehlertext(xpath));
  return { Fehlernummer: String(fehlernummer), Fehlertext: fehlertext, XPath: xpath };
}

/** Collapsed already, so that reading gives back what was written. */
function isFehlertext(text: string): boolean {
  const length = [...text].length;
  return isXmlText(text) && collapse(text) === text && length >= 1 && length <= FEHLERTEXT_MAX;
}

function demand(path: string, fulfilled: boolean): void {
  if (!fulfilled) throw new GkvMessageError('PRUEFUNG_INPUT', { path });
}
