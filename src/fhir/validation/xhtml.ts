/** Elements that a narrative must not have. @see https://hl7.org/fhir/R4/narrative.html#xhtml */
const FORBIDDEN =
  /^<\/?(?:script|form|base|link|meta|head|body|html|style|frame|frameset|iframe|object|embed|applet)\b/i;
const EVENT_ATTRIBUTE = /[\s"'/]on[a-z]{1,30}\s{0,9}=/i;
const SCRIPT_URL = /=\s{0,9}["']?\s{0,9}(?:javascript|vbscript):/i;

/**
 * Says what is wrong with a narrative, as far as safety goes: it must be one `div`, and nothing in it may run or load.
 * This is a scan over the tags, linear in the length, and no XML parser.
 */
export function xhtmlFault(xhtml: string): string | undefined {
  const text = xhtml.trim();
  if (!/^<div[\s>/]/.test(text)) return 'txt-1: the narrative must be a div';
  if (!text.endsWith('</div>') && !text.endsWith('/>')) return 'txt-1: the div does not end';
  for (let start = text.indexOf('<'); start >= 0; ) {
    const end = endOfTag(text, start);
    if (end < 0) return 'txt-1: a tag does not end';
    const fault = tagFault(text.slice(start, end + 1));
    if (fault !== undefined) return fault;
    start = text.indexOf('<', end + 1);
  }
  return undefined;
}

function tagFault(tag: string): string | undefined {
  if (tag.startsWith('<!--')) return undefined;
  if (tag.startsWith('<!') || tag.startsWith('<?')) {
    return 'txt-1: a narrative has no declarations or instructions';
  }
  if (FORBIDDEN.test(tag)) return 'txt-1: an element that a narrative must not have';
  if (EVENT_ATTRIBUTE.test(tag)) return 'txt-1: an event attribute';
  return SCRIPT_URL.test(tag) ? 'txt-1: a script in a link' : undefined;
}

/** Index of the `>` that ends the tag at `start`, which may also stand in its attribute values. */
function endOfTag(text: string, start: number): number {
  if (text.startsWith('<!--', start)) {
    const end = text.indexOf('-->', start + 4);
    return end < 0 ? -1 : end + 2;
  }
  let quote = '';
  for (let index = start + 1; index < text.length; index += 1) {
    const character = text.charAt(index);
    if (character === '<') return -1;
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '>') return index;
  }
  return -1;
}
