import { setImmediate } from 'node:timers/promises';
import { SaxesParser } from 'saxes';
import type { StructurePlans } from '../../definitions/structure-plan.ts';
import type { ParsedJson } from '../../json/exact.ts';
import { fhirError } from '../../outcome/codes.ts';
import { XmlReader } from './reader.ts';

/** Elements inside each other at most, those of a narrative included. */
const MAX_DEPTH = 128;
/** Elements of one document at most: more than any valid one of the largest body. */
const MAX_ELEMENTS = 2_000_000;
/** Attributes of one element at most. */
const MAX_ATTRIBUTES = 64;

/** Characters that are read before others get their turn: some ten milliseconds. */
const STEP = 65_536;

/**
 * Reads a resource in XML into what the same resource gives in JSON. Document types, entities and processing
 * instructions are refused: nothing is expanded, nothing is fetched. Order and names are those of the definitions.
 * @param plans of all structures that are known
 * @throws FhirError `FHIR_INVALID_XML` with all problems, at most a hundred
 * @see https://hl7.org/fhir/R4/xml.html
 */
export function readXml(plans: StructurePlans, text: string): ParsedJson {
  const { parser, reader } = reading(plans, text);
  parser.write(text).close();
  return reader.result();
}

/** The same in steps: a large document must not keep everybody else waiting. */
export async function readXmlInSteps(plans: StructurePlans, text: string): Promise<ParsedJson> {
  if (text.length <= STEP) return readXml(plans, text);
  const { parser, reader } = reading(plans, text);
  for (let at = 0; at < text.length; at += STEP) {
    parser.write(text.slice(at, at + STEP));
    await setImmediate();
  }
  parser.close();
  return reader.result();
}

function reading(
  plans: StructurePlans,
  text: string,
): { readonly parser: SaxesParser<{ xmlns: true; position: false }>; readonly reader: XmlReader } {
  const reader = new XmlReader(plans, text);
  const parser = new SaxesParser({ xmlns: true as const, position: false });
  const refuse = (reason: string): never => {
    throw fhirError('FHIR_INVALID_XML', {
      reason: `${reason} (line ${String(parser.line)}, column ${String(parser.columnIndex + 1)})`,
    });
  };
  let start = 0;
  let elements = 0;
  let attributes = 0;
  parser.on('error', () => refuse('it is not well-formed'));
  parser.on('doctype', () => refuse('it has a document type'));
  parser.on('processinginstruction', () => refuse('it has a processing instruction'));
  parser.on('xmldecl', ({ version, encoding }) => {
    if (version !== '1.0') refuse('it is not XML 1.0');
    if (encoding !== undefined && encoding.toLowerCase() !== 'utf-8') refuse('it is not UTF-8');
  });
  parser.on('opentagstart', ({ name }) => {
    // Only a narrative is taken from the source as it is.
    if (name.endsWith('div')) start = text.lastIndexOf('<', parser.position - 1);
    attributes = 0;
    elements += 1;
    if (elements > MAX_ELEMENTS) refuse(`it has more than ${String(MAX_ELEMENTS)} elements`);
    if (reader.depth >= MAX_DEPTH) refuse(`it is nested deeper than ${String(MAX_DEPTH)} levels`);
  });
  parser.on('attribute', () => {
    attributes += 1;
    if (attributes > MAX_ATTRIBUTES) refuse('an element has too many attributes');
  });
  reader.at = () => [parser.line, parser.columnIndex + 1];
  parser.on('opentag', (tag) => {
    reader.open(tag, start);
  });
  parser.on('closetag', () => {
    reader.close(parser.position);
  });
  parser.on('text', (content) => {
    reader.text(content);
  });
  parser.on('cdata', (content) => {
    reader.text(content);
  });
  return { parser, reader };
}
