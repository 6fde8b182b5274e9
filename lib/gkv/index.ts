export { base32CheckCharacter } from './base32check.ts';
export { type BuyerOptions, buyerFromVerzeichnis } from './buyer-from-verzeichnis.ts';
export {
  CORRECTED_DETAILS,
  type CorrectedDetail,
  type CorrectionReason,
  correctionNote,
  parseCorrectionNote,
} from './correction-reason.ts';
export { type DocumentHashMatch, matchDocumentHash } from './document-hash.ts';
export {
  type AlphabetHint,
  checkFreischaltcode,
  type FreischaltcodeCheck,
  isTestCode,
  issueFreischaltcode,
  normaliseFreischaltcode,
  prefixOf,
} from './freischaltcode.ts';
export { germanCalendarDay, germanLocalTime } from './german-time.ts';
export {
  GKV_MESSAGE_ERRORS,
  GkvMessageError,
  type GkvMessageErrorCode,
  isGkvMessageError,
} from './gkv-message-error.ts';
export { hasFittingIkCheckDigit, ikCheckDigit, isIk } from './ik.ts';
export {
  type Buyer,
  type DigaInvoice,
  type InvoiceItem,
  type InvoiceOptions,
  type InvoiceVat,
  type Payee,
  type PostalAddress,
  type Seller,
  XRECHNUNG_2_2_EXTENSION,
} from './invoice.ts';
export { type InvoiceNumberFormat, invoiceNumberOf, isInvoiceNumber } from './invoice-number.ts';
export {
  type KositReport,
  parseKositReport,
  type ReportWarning,
  reportMessages,
} from './kosit-report.ts';
export { type ReportMessage, type ReportStep, STEP_INVER } from './kosit-report-steps.ts';
export type {
  Kostentraeger,
  KostentraegerVerzeichnis,
  Versandart,
  VerzeichnisWarnung,
} from './kostentraeger.ts';
export {
  findKostentraeger,
  type KostentraegerSuche,
  type SucheGrund,
} from './kostentraeger-suche.ts';
export { parseKostentraegerVerzeichnis } from './kostentraeger-verzeichnis.ts';
export { formatCents, type GrossPrice, type Price, priceFromGross, priceFromNet } from './price.ts';
export {
  type GestellteAnfrage,
  type PruefungErgebnis,
  readPruefungAntwort,
} from './pruefung-antwort.ts';
export {
  type AnfrageInput,
  buildPruefungAnfrage,
  buildPruefungNachricht,
} from './pruefung-bauen.ts';
export {
  classifyFehler,
  classifyFehlernummer,
  FEHLERNUMMERN,
  type Fehlerklasse,
  type Fehlerurteil,
  TESTCODE_GUELTIG,
} from './pruefung-fehlernummer.ts';
export type {
  Fehlerinformation,
  PruefungAnfrage,
  PruefungAntwort,
  PruefungFehlernachricht,
  PruefungNachricht,
} from './pruefung-freischaltcode.ts';
export { parsePruefungNachricht } from './pruefung-lesen.ts';
export {
  isTestVerfahren,
  isVerfahren,
  type PruefungVerfahren,
  type RechnungVerfahren,
  type Verfahren,
} from './verfahren.ts';
export { type ErsetzungUrteil, mayReplaceVerzeichnis } from './verzeichnis-ersetzung.ts';
export {
  compareVerzeichnisse,
  type Feldaenderung,
  type VerzeichnisVergleich,
} from './verzeichnis-vergleich.ts';
export { buildXRechnung } from './xrechnung.ts';
export { invoicePrice } from './xrechnung-settlement.ts';
