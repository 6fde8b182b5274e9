import { SaxesParser } from 'saxes';
import { escapeXml } from './escape.ts';
import { resolveHtmlEntities } from './html-entities.ts';
import { XHTML_NAMESPACE } from './names.ts';

const START = /^<div(?=[\s/>])/;

/**
 * The `div` of a narrative as it may stand in an XML document: as stored where it is well-formed XHTML, which it is
 * unless it came in by JSON, where nobody notices an open tag. Else its text is kept, visibly escaped: a document that
 * no parser reads would lose all the rest.
 * @see https://hl7.org/fhir/R4/narrative.html#xhtml
 */
export function narrativeXml(stored: string): string {
  const text = resolveHtmlEntities(stored.trim());
  // The namespace may be missing in JSON; without it the elements would be FHIR's.
  const declared = hasNamespace(text)
    ? text
    : text.replace(START, `<div xmlns="${XHTML_NAMESPACE}"`);
  return isXhtml(declared)
    ? declared
    : `<div xmlns="${XHTML_NAMESPACE}">${escapeXml(stored)}</div>`;
}

function hasNamespace(text: string): boolean {
  const end = text.indexOf('>');
  return /\sxmlns\s?=/.test(text.slice(0, end < 0 ? 0 : end));
}

/** True for one well-formed `div` whose elements are all XHTML, without declarations and instructions. */
function isXhtml(text: string): boolean {
  if (!START.test(text)) return false;
  const parser = new SaxesParser({ xmlns: true, position: false });
  let fits = true;
  const refuse = (): void => {
    fits = false;
  };
  parser.on('error', refuse);
  parser.on('doctype', refuse);
  parser.on('processinginstruction', refuse);
  parser.on('opentag', (tag) => {
    if (tag.uri !== XHTML_NAMESPACE || tag.prefix !== '') fits = false;
  });
  parser.write(text).close();
  return fits;
}
