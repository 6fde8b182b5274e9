import { GkvMessageError } from './gkv-message-error.ts';

const PREDEFINED: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

/** Everything outside the production Char of XML 1.0, lone surrogates included. */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/u;

/**
 * Refuses characters that no XML document may contain.
 * @throws GkvMessageError XML_CHARACTER
 * @see https://www.w3.org/TR/xml/#charsets
 */
export function refuseForbiddenCharacters(text: string): void {
  if (FORBIDDEN.test(text)) throw new GkvMessageError('XML_CHARACTER');
}

/** True when every character of the text may stand in an XML document. */
export function isXmlText(text: string): boolean {
  return !FORBIDDEN.test(text);
}

/**
 * Resolves character references and the five predefined entities, each once. Nothing can be declared, so nothing else
 * exists and no expansion can grow.
 * @throws GkvMessageError XML_ENTITY, XML_CHARACTER
 * @see https://www.w3.org/TR/xml/#sec-references
 */
export function resolveReferences(raw: string): string {
  if (!raw.includes('&')) return raw;
  return raw.replace(/&([^;&\s]{0,40};)?/g, (_, reference: string | undefined) => {
    if (reference === undefined) throw new GkvMessageError('XML_NOT_WELL_FORMED');
    return resolve(reference.slice(0, -1));
  });
}

function resolve(name: string): string {
  const number = /^#(?:x([0-9A-Fa-f]{1,8})|([0-9]{1,10}))$/.exec(name);
  if (number === null) {
    const character = Object.hasOwn(PREDEFINED, name) ? PREDEFINED[name] : undefined;
    if (character === undefined) throw new GkvMessageError('XML_ENTITY');
    return character;
  }
  const codePoint = number[1] === undefined ? Number(number[2]) : Number.parseInt(number[1], 16);
  if (codePoint > 0x10ffff) throw new GkvMessageError('XML_CHARACTER');
  const character = String.fromCodePoint(codePoint);
  refuseForbiddenCharacters(character);
  return character;
}
