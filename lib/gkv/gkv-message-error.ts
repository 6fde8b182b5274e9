/**
 * Stable codes of everything that can be wrong with a GKV message, and the text of each. A text never carries content of
 * the message: an activation code must not reach a log through an error.
 */
export const GKV_MESSAGE_ERRORS = {
  XML_TOO_LARGE: 'The document is larger than the limit',
  XML_TOO_DEEP: 'The document is nested deeper than the limit',
  XML_EMPTY: 'The document is empty',
  XML_ENCODING: 'The bytes of the document are not text in a supported encoding',
  XML_DOCTYPE: 'The document carries a DOCTYPE or another markup declaration',
  XML_ENTITY: 'The document refers to an entity that is not one of the five of XML',
  XML_CHARACTER: 'The document contains a character that XML does not allow',
  XML_NOT_WELL_FORMED: 'The document is not well-formed XML',
  XML_NAMESPACE:
    'The document uses a namespace prefix that it does not declare, or an attribute twice',
  XML_STRUCTURE: 'The document does not have the elements and attributes of its schema',
  XML_VALUE: 'A value of the document does not match its schema type',
  PRUEFUNG_ROOT: 'The document is not a Pruefung_Freischaltcode message',
  PRUEFUNG_VERSION: 'The message has another schema version than 3.0',
  PRUEFUNG_NACHRICHTENTYP: 'The attribute nachrichtentyp contradicts the element of the message',
  PRUEFUNG_INPUT: 'A field of the message to build does not match its schema type',
  PRUEFUNG_TESTCODE:
    'An activation code with the prefix 77 may only be sent in the test procedure TDFC0',
  PRUEFUNG_KEINE_ANTWORT: 'The message is neither an answer (ANT) nor an error message (FEH)',
  PRUEFUNG_EMPFAENGER: 'The answer is addressed to another institution',
  PRUEFUNG_VERFAHREN: 'The answer belongs to another procedure than the request',
  PRUEFUNG_HERSTELLER: 'The answer echoes another manufacturer than the request',
  PRUEFUNG_FREISCHALTCODE: 'The answer echoes another activation code than the request',
  PRUEFUNG_DIGAVEID: 'The answer names a prescription unit of another DiGA than the request',
  VERZEICHNIS_ROOT: 'The document is not a Kostentraeger_Mappingverzeichnis',
  VERZEICHNIS_EMPTY: 'The directory has no usable entry',
  RECHNUNG_NUMMER: 'An invoice number must have 1 to 20 characters and end with a digit',
  RECHNUNG_DATE: 'A date of the invoice is not a calendar day',
  RECHNUNG_IK:
    'An IK of the invoice does not consist of nine digits, or payee and insurer are the same',
  RECHNUNG_POSITION: 'The DiGAVEID or the activation code of the invoice has a wrong form',
  RECHNUNG_AMOUNT: 'An amount of the invoice is not a whole number of cents within the limits',
  RECHNUNG_ZERO: 'An invoice over 0.00 EUR needs the explicit consent of an operator',
  RECHNUNG_VAT: 'Category, rate and exemption reason of the VAT do not fit together',
  RECHNUNG_TEXT:
    'A text of the invoice is missing, too long or contains characters that are not allowed',
  RECHNUNG_KORREKTUR:
    'A corrected invoice needs a reason key and the number of another, original invoice',
  REPORT_ROOT: 'The document is not a KoSIT validation report',
  REPORT_STRUCTURE: 'The validation report does not have the elements that a decision needs',
} as const;

/** Stable code of a {@link GkvMessageError}. */
export type GkvMessageErrorCode = keyof typeof GKV_MESSAGE_ERRORS;

/** Where and why beyond the code. */
export interface GkvMessageErrorOptions {
  /** Element path of the schema or field of the input; never a value of the message. */
  readonly path?: string;
  /** Line of the document, counted from 1. */
  readonly line?: number;
}

/**
 * The only error of this library that a message can cause. There is deliberately no `cause`: the errors of XML parsers
 * quote the document, which carries the activation code.
 */
export class GkvMessageError extends Error {
  readonly code: GkvMessageErrorCode;
  readonly path: string | undefined;
  readonly line: number | undefined;

  constructor(code: GkvMessageErrorCode, options: GkvMessageErrorOptions = {}) {
    const where = [
      ...(options.path === undefined ? [] : [options.path]),
      ...(options.line === undefined ? [] : [`line ${options.line}`]),
    ].join(', ');
    super(`${GKV_MESSAGE_ERRORS[code]}${where === '' ? '' : ` (${where})`}`);
    this.name = 'GkvMessageError';
    this.code = code;
    this.path = options.path;
    this.line = options.line;
  }
}

/** True for every {@link GkvMessageError}, also for one from another realm (worker, Jest). */
export function isGkvMessageError(error: unknown): error is GkvMessageError {
  return (
    typeof error === 'object' &&
    error !== null &&
    (error as { name?: unknown }).name === 'GkvMessageError'
  );
}
