import { GkvMessageError, isGkvMessageError } from './gkv-message-error.ts';
import type {
  Kostentraeger,
  KostentraegerVerzeichnis,
  VerzeichnisWarnung,
} from './kostentraeger.ts';
import { readEintrag } from './kostentraeger-eintrag.ts';
import { decodeXml } from './xml-decode.ts';
import type { XmlElement } from './xml-element.ts';
import { readXmlText } from './xml-reader.ts';

/** Namespace of the directory, schema version 3.0. */
export const MVZ_NAMESPACE = 'http://www.gkv-datenaustausch.de/XML-Schema/EDRE0_MVZ/3.0';

const ROOT = 'Kostentraeger_Mappingverzeichnis';
const ENTRY = 'Krankenkasseninformation';

/** About a hundred insurers with a thousand bytes each; this is room for ten times as many. */
const MAX_BYTES = 2 * 1024 * 1024;

const ENTRIES_MAX = 5000;

/**
 * Reads the Kostentraeger-Mappingverzeichnis leniently, because the published file is known to deviate from its schema:
 * deviations become warnings, and a broken entry costs only itself, even when it makes the file ill-formed.
 * @throws GkvMessageError XML_TOO_LARGE, XML_TOO_DEEP, XML_ENCODING, XML_DOCTYPE, VERZEICHNIS_ROOT, VERZEICHNIS_EMPTY
 * @see EDRE0-MVZ_3.0.0.xsd
 */
export function parseKostentraegerVerzeichnis(bytes: Uint8Array): KostentraegerVerzeichnis {
  if (bytes.byteLength > MAX_BYTES) throw new GkvMessageError('XML_TOO_LARGE');
  const text = decodeXml(bytes).text.trim();
  const { elements, warnungen } = entriesOf(text);
  if (elements.length > ENTRIES_MAX) throw new GkvMessageError('XML_TOO_LARGE');
  const eintraege: Kostentraeger[] = [];
  for (const [index, element] of elements.entries()) {
    if (element === undefined) continue;
    const gelesen = readEintrag(element, index + 1);
    warnungen.push(...gelesen.warnungen);
    if (gelesen.eintrag === undefined) continue;
    if (eintraege.some((other) => overlaps(other, gelesen.eintrag))) {
      warnungen.push({ code: 'DUPLICATE', entry: index + 1, field: 'Kostentraegerkuerzel' });
    }
    eintraege.push(gelesen.eintrag);
  }
  if (eintraege.length === 0) throw new GkvMessageError('VERZEICHNIS_EMPTY');
  return { eintraege, warnungen, gelesen: elements.length };
}

interface Entries {
  /** An entry that is not well-formed is undefined. */
  readonly elements: readonly (XmlElement | undefined)[];
  readonly warnungen: VerzeichnisWarnung[];
}

function entriesOf(text: string): Entries {
  const root = wellFormed(() => readXmlText(text));
  if (root === undefined) return entriesOneByOne(text);
  if (root.name !== ROOT) throw new GkvMessageError('VERZEICHNIS_ROOT');
  return {
    elements: root.children.filter((child) => child.name === ENTRY),
    warnungen:
      root.namespace === MVZ_NAMESPACE ? [] : [{ code: 'NAMESPACE', entry: 0, field: ROOT }],
  };
}

/** Cuts an ill-formed file into its entries and reads each under the start tag of the root. */
function entriesOneByOne(text: string): Entries {
  const start = new RegExp(`<(?:[\\w.-]{1,40}:)?${ROOT}(?:\\s[^<>]{0,2000})?>`).exec(text)?.[0];
  if (start === undefined) throw new GkvMessageError('VERZEICHNIS_ROOT');
  const end = `</${/[^<\s>]+/.exec(start)?.[0] ?? ROOT}>`;
  const warnungen: VerzeichnisWarnung[] = [{ code: 'NOT_WELL_FORMED', entry: 0 }];
  const elements = piecesOf(text).map((piece, index) => {
    const root = wellFormed(() => readXmlText(`${start}${piece}${end}`));
    const element = root?.children.find((child) => child.name === ENTRY);
    if (element === undefined) warnungen.push({ code: 'BROKEN', entry: index + 1, field: ENTRY });
    return element;
  });
  return { elements, warnungen };
}

/** From one start tag of an entry to the next, each cut after its own end tag. */
function piecesOf(text: string): readonly string[] {
  return text
    .split(new RegExp(`(?=<(?:[\\w.-]{1,40}:)?${ENTRY}[\\s>])`))
    .slice(1, ENTRIES_MAX + 2)
    .map((piece) => {
      const end = new RegExp(`</(?:[\\w.-]{1,40}:)?${ENTRY}\\s{0,40}>`).exec(piece);
      return end === null ? piece : piece.slice(0, end.index + end[0].length);
    });
}

/** Undefined for what is not well-formed; what is dangerous is thrown on. */
function wellFormed(read: () => XmlElement): XmlElement | undefined {
  try {
    return read();
  } catch (error) {
    const refused = ['XML_DOCTYPE', 'XML_TOO_DEEP'];
    if (isGkvMessageError(error) && !refused.includes(error.code)) return undefined;
    throw error;
  }
}

/** True when both entries claim the same prefix on a common day. */
function overlaps(one: Kostentraeger, other: Kostentraeger | undefined): boolean {
  if (one.kostentraegerkuerzel !== other?.kostentraegerkuerzel) return false;
  const start = (entry: Kostentraeger): string => entry.gueltigAb ?? '0000-00-00';
  const end = (entry: Kostentraeger): string => entry.gueltigBis ?? '9999-99-99';
  return start(one) <= end(other) && start(other) <= end(one);
}
