import { GkvMessageError, type GkvMessageErrorCode } from './gkv-message-error.ts';
import { classifyFehler, type Fehlerurteil } from './pruefung-fehlernummer.ts';
import type {
  PruefungAnfrage,
  PruefungAntwort,
  PruefungFehlernachricht,
} from './pruefung-freischaltcode.ts';
import { parsePruefungNachricht } from './pruefung-lesen.ts';

/** The request an answer must belong to. */
export type GestellteAnfrage = Pick<
  PruefungAnfrage,
  'verfahrenskennung' | 'ikDiGAHersteller' | 'digaId' | 'freischaltcode'
>;

/** What the insurer said to a request. */
export type PruefungErgebnis =
  | { readonly gueltig: true; readonly antwort: PruefungAntwort }
  | {
      readonly gueltig: false;
      readonly nachricht: PruefungFehlernachricht;
      readonly urteil: Fehlerurteil;
    };

/**
 * Reads the decrypted payload of an insurer's answer and makes sure that it belongs to the request: addressed to us,
 * same procedure, same code, same manufacturer, a prescription unit of the same DiGA. The sender is not compared: it may
 * be the clearing point or the insurer.
 * @throws GkvMessageError with a code beginning `XML_` or `PRUEFUNG_`
 */
export function readPruefungAntwort(
  bytes: Uint8Array,
  anfrage: GestellteAnfrage,
): PruefungErgebnis {
  const nachricht = parsePruefungNachricht(bytes);
  if (nachricht.nachrichtentyp === 'ANF') throw new GkvMessageError('PRUEFUNG_KEINE_ANTWORT');
  demand('PRUEFUNG_EMPFAENGER', nachricht.empfaenger === anfrage.ikDiGAHersteller);
  demand('PRUEFUNG_VERFAHREN', nachricht.verfahrenskennung === anfrage.verfahrenskennung);
  if (nachricht.nachrichtentyp === 'FEH') {
    return { gueltig: false, nachricht, urteil: classifyFehler(nachricht.fehler) };
  }
  demand('PRUEFUNG_HERSTELLER', nachricht.ikDiGAHersteller === anfrage.ikDiGAHersteller);
  demand('PRUEFUNG_FREISCHALTCODE', nachricht.freischaltcode === anfrage.freischaltcode);
  demand('PRUEFUNG_DIGAVEID', nachricht.digaVeId.startsWith(anfrage.digaId));
  return { gueltig: true, antwort: nachricht };
}

function demand(code: GkvMessageErrorCode, fulfilled: boolean): void {
  if (!fulfilled) throw new GkvMessageError(code);
}
