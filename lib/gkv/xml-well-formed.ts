import { GkvMessageError } from './gkv-message-error.ts';

const NAME_START =
  ':A-Z_a-z\\u{C0}-\\u{D6}\\u{D8}-\\u{F6}\\u{F8}-\\u{2FF}\\u{370}-\\u{37D}\\u{37F}-\\u{1FFF}\\u{200C}-\\u{200D}' +
  '\\u{2070}-\\u{218F}\\u{2C00}-\\u{2FEF}\\u{3001}-\\u{D7FF}\\u{F900}-\\u{FDCF}\\u{FDF0}-\\u{FFFD}\\u{10000}-\\u{EFFFF}';
const NAME = `[${NAME_START}][${NAME_START}\\-.0-9\\u{B7}\\u{300}-\\u{36F}\\u{203F}-\\u{2040}]*`;
const SPACE = '[ \\t\\r\\n]';
const ATTRIBUTE = `${SPACE}+(${NAME})${SPACE}*=${SPACE}*(?:"[^<"]*"|'[^<']*')`;

/**
 * Holds a text against the grammar of XML 1.0: one root, tags that match, attributes that are quoted and unique, nothing
 * outside. The parser behind it is lenient by design and would guess. Comments and CDATA sections must have been checked
 * already; references are checked when they are resolved.
 * @throws GkvMessageError XML_NOT_WELL_FORMED with the line, XML_TOO_DEEP
 * @see https://www.w3.org/TR/xml/#sec-well-formed
 */
export function refuseIllFormed(text: string, maxDepth: number): void {
  const open: string[] = [];
  const grammar = grammarOf();
  let roots = 0;
  for (let at = 0; at < text.length; ) {
    const token = tokenAt(grammar, text, at, open.length > 0);
    if (token === undefined) throw illFormed(text, at);
    if (token.kind === 'start' || token.kind === 'empty') {
      if (open.length === 0) roots += 1;
      if (roots > 1) throw illFormed(text, at);
      if (open.length >= maxDepth) throw new GkvMessageError('XML_TOO_DEEP');
      if (token.kind === 'start') open.push(token.name);
    } else if (token.kind === 'end' && open.pop() !== token.name) {
      throw illFormed(text, at);
    }
    at = token.end;
  }
  if (roots !== 1 || open.length > 0) throw illFormed(text, text.length);
}

/** Sticky expressions keep a position, so every document has its own. */
interface Grammar {
  readonly start: RegExp;
  readonly end: RegExp;
  readonly instruction: RegExp;
  readonly attribute: RegExp;
}

function grammarOf(): Grammar {
  return {
    start: new RegExp(`<(${NAME})((?:${ATTRIBUTE})*)${SPACE}*(/?)>`, 'uy'),
    end: new RegExp(`</(${NAME})${SPACE}*>`, 'uy'),
    instruction: new RegExp(`<\\?(${NAME})(?:\\?>|${SPACE}[^]*?\\?>)`, 'uy'),
    attribute: new RegExp(ATTRIBUTE, 'gu'),
  };
}

interface Token {
  readonly kind: 'start' | 'empty' | 'end' | 'other';
  readonly name: string;
  readonly end: number;
}

function tokenAt(grammar: Grammar, text: string, at: number, inside: boolean): Token | undefined {
  if (text.charAt(at) !== '<') return textAt(text, at, inside);
  if (text.startsWith('<!--', at)) return other(text.indexOf('-->', at + 4) + 3);
  if (text.startsWith('<![CDATA[', at)) {
    return inside ? other(text.indexOf(']]>', at) + 3) : undefined;
  }
  if (text.startsWith('<?', at)) return instructionAt(grammar, text, at);
  const end = match(grammar.end, text, at);
  if (end !== null) return { kind: 'end', name: end[1] ?? '', end: at + end[0].length };
  const start = match(grammar.start, text, at);
  if (start === null || !hasUniqueNames(grammar, start[2] ?? '')) return undefined;
  const kind = start.at(-1) === '/' ? 'empty' : 'start';
  return { kind, name: start[1] ?? '', end: at + start[0].length };
}

/** Outside the root only white space may stand, and `]]>` nowhere. */
function textAt(text: string, at: number, inside: boolean): Token | undefined {
  const next = text.indexOf('<', at);
  const end = next < 0 ? text.length : next;
  const content = text.slice(at, end);
  const allowed = inside ? !content.includes(']]>') : /^[ \t\r\n]*$/.test(content);
  return allowed ? other(end) : undefined;
}

/** The name `xml` is the declaration, which stands at the very beginning only. */
function instructionAt(grammar: Grammar, text: string, at: number): Token | undefined {
  const instruction = match(grammar.instruction, text, at);
  if (instruction === null) return undefined;
  const isDeclaration = instruction[1]?.toLowerCase() === 'xml';
  const declaration = /^<\?xml\s+version\s*=\s*["']1\.[0-9]["'][^<>]*\?>$/;
  if (isDeclaration && (at > 0 || !declaration.test(instruction[0]))) return undefined;
  return other(at + instruction[0].length);
}

function hasUniqueNames(grammar: Grammar, attributes: string): boolean {
  const names = [...attributes.matchAll(grammar.attribute)].map((found) => found[1]);
  return new Set(names).size === names.length;
}

function match(expression: RegExp, text: string, at: number): RegExpExecArray | null {
  expression.lastIndex = at;
  return expression.exec(text);
}

function other(end: number): Token {
  return { kind: 'other', name: '', end };
}

function illFormed(text: string, at: number): GkvMessageError {
  const line = text.slice(0, at).split('\n').length;
  return new GkvMessageError('XML_NOT_WELL_FORMED', { line });
}
