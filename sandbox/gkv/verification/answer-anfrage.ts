import type { DigaParts } from '../../../lib/gkv-transport/index.ts';
import type { MessageOutcome } from '../http/message-outcome.ts';
import { type Abrechnungsstelle, krankenkassen } from '../sandbox-insurers.ts';
import type { SandboxState } from '../sandbox-state.ts';
import { readXml } from '../xml/read-xml.ts';
import { XmlError } from '../xml/xml-error.ts';
import { type Anfrage, readAnfrage } from './anfrage.ts';
import { type AnswerHeader, antwort, fehlerinformation } from './answer-document.ts';
import type { Fehler } from './fehler.ts';
import { verifyCode } from './verify-code.ts';

/** Judges the document of a verification and writes the answer. */
export async function answerAnfrage(
  document: Uint8Array,
  header: AnswerHeader,
  parts: DigaParts,
  stelle: Abrechnungsstelle,
  state: SandboxState,
): Promise<MessageOutcome> {
  const anfrage = await read(document, parts, stelle, state);
  if ('nummer' in anfrage) return refuse(header, anfrage);
  const result = await verifyCode(anfrage, { ledger: state.ledger, now: state.clock.now() });
  if ('nummer' in result) return refuse(header, result, anfrage);
  return {
    document: antwort(header, anfrage, result),
    result: 'ANT',
    noted: { freischaltcode: anfrage.freischaltcode },
  };
}

async function read(
  document: Uint8Array,
  parts: DigaParts,
  stelle: Abrechnungsstelle,
  state: SandboxState,
): Promise<Anfrage | Fehler> {
  try {
    const anfrage = readAnfrage(readXml(document));
    if ('nummer' in anfrage) return anfrage;
    const violations = await state.validators.xsd?.validate('EDFC0-Pruefung_3.0.0.xsd', document);
    if (violations !== undefined && violations.length > 0) return { nummer: 200 };
    return compareWithEnvelope(anfrage, parts, stelle) ?? anfrage;
  } catch (error) {
    if (error instanceof XmlError) return { nummer: 200 };
    throw error;
  }
}

/** Procedure and IKs of the document are those of the parts around it. */
function compareWithEnvelope(
  anfrage: Anfrage,
  parts: DigaParts,
  stelle: Abrechnungsstelle,
): Fehler | undefined {
  const root = '/Pruefung_Freischaltcode';
  if (anfrage.verfahrenskennung !== parts.verfahren) {
    return { nummer: 200, xpath: `${root}/@verfahrenskennung` };
  }
  if (anfrage.absender !== parts.iksender) return { nummer: 200, xpath: `${root}/@absender` };
  if (anfrage.ikHersteller !== parts.iksender) {
    return { nummer: 200, xpath: `${root}/Anfrage/IK_DiGA_Hersteller` };
  }
  const krankenkasse = krankenkassen.find(
    ({ kostentraegerkennung }) => kostentraegerkennung === anfrage.ikKrankenkasse,
  );
  if (krankenkasse?.abrechnungsstelle !== stelle) {
    return { nummer: 200, xpath: `${root}/Anfrage/IK_Krankenkasse` };
  }
  if (anfrage.empfaenger !== anfrage.ikKrankenkasse) {
    return { nummer: 200, xpath: `${root}/@empfaenger` };
  }
  return undefined;
}

function refuse(header: AnswerHeader, fehler: Fehler, anfrage?: Anfrage): MessageOutcome {
  return {
    document: fehlerinformation(header, fehler),
    result: `FEH ${fehler.nummer}`,
    noted: {
      details: fehler.xpath === undefined ? [] : [fehler.xpath],
      ...(anfrage === undefined ? {} : { freischaltcode: anfrage.freischaltcode }),
    },
  };
}
