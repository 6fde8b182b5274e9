import { XMLParser } from 'fast-xml-parser';
import { GkvMessageError } from './gkv-message-error.ts';
import { decodeXml } from './xml-decode.ts';
import { refuseMarkupDeclarations } from './xml-declarations.ts';
import type { XmlElement } from './xml-element.ts';
import { refuseForbiddenCharacters } from './xml-text.ts';
import { treeOf } from './xml-tree.ts';
import { refuseIllFormed } from './xml-well-formed.ts';

/** Bounds of a document that is read. */
export interface XmlLimits {
  /** Largest accepted size in bytes. */
  readonly maxBytes: number;
  /** Deepest accepted nesting of elements; default 64. */
  readonly maxDepth?: number;
}

/** A document that was read. */
export interface XmlDocument {
  readonly root: XmlElement;
  /** Encoding that the bytes really have. */
  readonly encoding: string;
  /** True when the XML declaration named another encoding. */
  readonly declarationWrong: boolean;
}

const DEFAULT_DEPTH = 64;

/**
 * Reads a document from bytes. Well-formed XML 1.0 with namespaces only; no DOCTYPE, no entity but the five of XML, no
 * conversion of numbers or dates, no trimming.
 * @throws GkvMessageError with a code beginning `XML_`, and nothing else, on any input
 */
export function readXml(bytes: Uint8Array, limits: XmlLimits): XmlDocument {
  if (bytes.byteLength > limits.maxBytes) throw new GkvMessageError('XML_TOO_LARGE');
  if (bytes.byteLength === 0) throw new GkvMessageError('XML_EMPTY');
  const { text, encoding, declarationWrong } = decodeXml(bytes);
  return { root: readXmlText(text, limits.maxDepth ?? DEFAULT_DEPTH), encoding, declarationWrong };
}

/**
 * Reads a document that is text already; as {@link readXml}.
 * @throws GkvMessageError with a code beginning `XML_`
 */
export function readXmlText(text: string, maxDepth: number = DEFAULT_DEPTH): XmlElement {
  refuseForbiddenCharacters(text);
  refuseMarkupDeclarations(text);
  refuseIllFormed(text, maxDepth);
  const nodes: unknown = parsed(text, maxDepth);
  return treeOf(nodes);
}

/**
 * A parser is made for each document: it keeps state between two. Entities stay as they are written and are resolved by
 * {@link treeOf}, because the parser would resolve an unknown one to itself in silence.
 */
function parsed(text: string, maxDepth: number): unknown {
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    attributeNamePrefix: '',
    textNodeName: '#text',
    cdataPropName: '#cdata',
    trimValues: false,
    parseTagValue: false,
    parseAttributeValue: false,
    processEntities: false,
    ignoreDeclaration: true,
    ignorePiTags: true,
    maxNestedTags: maxDepth,
  });
  try {
    return parser.parse(text);
  } catch {
    // The parser's error quotes the document, so nothing of it is taken over.
    throw new GkvMessageError('XML_NOT_WELL_FORMED');
  }
}
