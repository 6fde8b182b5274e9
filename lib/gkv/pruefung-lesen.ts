import { isCalendarDay } from './calendar-day.ts';
import { GkvMessageError } from './gkv-message-error.ts';
import {
  FEHLER_MAX,
  FEHLERTEXT_MAX,
  type Fehlerinformation,
  PRUEFUNG_NAMESPACE,
  PRUEFUNG_NAMESPACE_2,
  PRUEFUNG_PATTERNS,
  PRUEFUNG_ROOT,
  PRUEFUNG_VERSIONS,
  type PruefungKopf,
  type PruefungNachricht,
} from './pruefung-freischaltcode.ts';
import { isPruefungVerfahren } from './verfahren.ts';
import { collapse, type XmlElement } from './xml-element.ts';
import { readXml } from './xml-reader.ts';
import { checkAttributes, checkSequence, type Particle, simpleValue } from './xml-schema.ts';

/** A verification message is some hundred bytes; 99 errors with two long texts stay below this. */
const MAX_BYTES = 256 * 1024;

const ATTRIBUTES = [
  'version',
  'gueltigab',
  'verfahrenskennung',
  'nachrichtentyp',
  'absender',
  'empfaenger',
];

const ELEMENT_OF = { ANF: 'Anfrage', ANT: 'Antwort', FEH: 'Fehlerinformation' } as const;

const ANFRAGE = ['IK_DiGA_Hersteller', 'IK_Krankenkasse', 'DiGAID', 'Freischaltcode'].map(once);

const ANTWORT = [
  'IK_DiGA_Hersteller',
  'IK_Krankenkasse',
  'DiGAVEID',
  'Freischaltcode',
  'Tag_der_Leistungserbringung',
].map(once);

const FEHLERINFORMATION = [
  once('Fehlernummer'),
  { name: 'Fehlertext', min: 0, max: 1 },
  { name: 'XPath', min: 0, max: 1 },
];

/** How strictly to read. */
export interface PruefungLesenOptions {
  /** Also read the obsolete schema version 2.0.0, to diagnose what a partner sent; default false. */
  readonly obsoleteVersion?: boolean;
}

/**
 * Reads a verification message with the strictness of its schema, and binds the message type to the element, which the
 * official Schematron rules fail to do for version 3.0.
 * @throws GkvMessageError with a code beginning `XML_` or `PRUEFUNG_`
 * @see EDFC0-Pruefung_3.0.0.xsd
 */
export function parsePruefungNachricht(
  bytes: Uint8Array,
  options: PruefungLesenOptions = {},
): PruefungNachricht {
  const { root } = readXml(bytes, { maxBytes: MAX_BYTES });
  checkRoot(root, options.obsoleteVersion ?? false);
  const kopf = kopfOf(root);
  const typ = root.attributes.get('nachrichtentyp');
  if (typ !== 'ANF' && typ !== 'ANT' && typ !== 'FEH') throw valueError('nachrichtentyp');
  const element = ELEMENT_OF[typ];
  if (root.children[0] !== undefined && root.children[0].name !== element) {
    throw new GkvMessageError('PRUEFUNG_NACHRICHTENTYP', { path: element });
  }
  const max = typ === 'FEH' ? FEHLER_MAX : 1;
  checkSequence(root, root.namespace, [{ name: element, min: 1, max }]);
  const [first] = root.children;
  if (typ === 'FEH' || first === undefined) {
    return { ...kopf, nachrichtentyp: 'FEH', fehler: root.children.map(fehlerOf) };
  }
  const fields = fieldsOf(first, typ === 'ANF' ? ANFRAGE : ANTWORT);
  const beteiligte = {
    ikDiGAHersteller: fields('IK_DiGA_Hersteller', same, matching(PRUEFUNG_PATTERNS.ik)),
    ikKrankenkasse: fields('IK_Krankenkasse', same, matching(PRUEFUNG_PATTERNS.ik)),
    freischaltcode: fields('Freischaltcode', collapse, matching(PRUEFUNG_PATTERNS.freischaltcode)),
  };
  if (typ === 'ANF') {
    const digaId = fields('DiGAID', collapse, matching(PRUEFUNG_PATTERNS.digaId));
    return { ...kopf, nachrichtentyp: typ, ...beteiligte, digaId };
  }
  return {
    ...kopf,
    nachrichtentyp: typ,
    ...beteiligte,
    digaVeId: fields('DiGAVEID', collapse, matching(PRUEFUNG_PATTERNS.digaVeId)),
    tagDerLeistungserbringung: fields('Tag_der_Leistungserbringung', collapse, isCalendarDay),
  };
}

function checkRoot(root: XmlElement, obsoleteVersion: boolean): void {
  if (root.name !== PRUEFUNG_ROOT) throw new GkvMessageError('PRUEFUNG_ROOT');
  const readable = [PRUEFUNG_NAMESPACE, ...(obsoleteVersion ? [PRUEFUNG_NAMESPACE_2] : [])];
  const version = PRUEFUNG_VERSIONS[root.namespace];
  if (version === undefined) throw new GkvMessageError('PRUEFUNG_ROOT');
  if (!readable.includes(root.namespace)) throw new GkvMessageError('PRUEFUNG_VERSION');
  checkAttributes(root, ATTRIBUTES);
  if (
    root.attributes.get('version') !== version.version ||
    collapse(root.attributes.get('gueltigab') ?? '') !== version.gueltigab
  ) {
    throw new GkvMessageError('PRUEFUNG_VERSION');
  }
}

function kopfOf(root: XmlElement): PruefungKopf {
  const verfahrenskennung = root.attributes.get('verfahrenskennung') ?? '';
  const absender = root.attributes.get('absender') ?? '';
  const empfaenger = root.attributes.get('empfaenger') ?? '';
  if (!isPruefungVerfahren(verfahrenskennung)) throw valueError('verfahrenskennung');
  if (!PRUEFUNG_PATTERNS.ik.test(absender)) throw valueError('absender');
  if (!PRUEFUNG_PATTERNS.ik.test(empfaenger)) throw valueError('empfaenger');
  return { verfahrenskennung, absender, empfaenger };
}

function fehlerOf(element: XmlElement): Fehlerinformation {
  const fields = optionalFieldsOf(element, FEHLERINFORMATION);
  const nummer = fields('Fehlernummer', collapse, matching(PRUEFUNG_PATTERNS.fehlernummer));
  const fehlertext = fields('Fehlertext', collapse, isFehlertext);
  const xpath = fields('XPath', collapse, isFehlertext);
  return {
    fehlernummer: Number(nummer),
    ...(fehlertext === undefined ? {} : { fehlertext }),
    ...(xpath === undefined ? {} : { xpath }),
  };
}

type Read<T> = (
  name: string,
  read: (text: string) => string,
  accepts: (value: string) => boolean,
) => T;

function fieldsOf(element: XmlElement, sequence: readonly Particle[]): Read<string> {
  const optional = optionalFieldsOf(element, sequence);
  return (name, read, accepts) => {
    const value = optional(name, read, accepts);
    if (value === undefined) throw new GkvMessageError('XML_STRUCTURE', { path: name });
    return value;
  };
}

function optionalFieldsOf(
  element: XmlElement,
  sequence: readonly Particle[],
): Read<string | undefined> {
  checkAttributes(element, []);
  checkSequence(element, element.namespace, sequence);
  return (name, read, accepts) => {
    const child = element.children.find((candidate) => candidate.name === name);
    return child === undefined ? undefined : simpleValue(child, read, accepts);
  };
}

function once(name: string): Particle {
  return { name, min: 1, max: 1 };
}

function same(text: string): string {
  return text;
}

function matching(pattern: RegExp): (value: string) => boolean {
  return (value) => pattern.test(value);
}

function isFehlertext(value: string): boolean {
  const length = [...value].length;
  return length >= 1 && length <= FEHLERTEXT_MAX;
}

function valueError(path: string): GkvMessageError {
  return new GkvMessageError('XML_VALUE', { path });
}
