import { XmlError } from './xml-error.ts';

const NAME =
  /[A-Za-z_\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u1FFF\u2070-\u218F\u2C00-\uD7FF\uF900-\uFFFD][A-Za-z0-9._\-\u00B7\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u203F\u2040-\u218F\u2C00-\uD7FF\uF900-\uFFFD]*(?::[A-Za-z_\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u1FFF\u2C00-\uD7FF][A-Za-z0-9._\-\u00B7\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u1FFF\u2C00-\uD7FF]*)?/y;
const SPACE = /[ \t\r\n]*/y;
// Character data outside of these is no XML at all.
const FORBIDDEN = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;
const ENTITIES: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
};

/** Reads lexical pieces of an XML text from left to right. */
export class XmlScanner {
  readonly #text: string;
  #at = 0;

  /** @throws XmlError when the text holds characters that XML excludes */
  constructor(text: string) {
    this.#text = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
    const forbidden = FORBIDDEN.exec(this.#text);
    if (forbidden !== null) {
      this.#at = forbidden.index;
      throw this.error('A character that XML does not allow');
    }
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  /** An error at the current place. */
  error(message: string): XmlError {
    return new XmlError(message, this.#text.slice(0, this.#at).split('\n').length);
  }

  /** Consumes `expected` if it comes next. */
  take(expected: string): boolean {
    if (!this.sees(expected)) return false;
    this.#at += expected.length;
    return true;
  }

  /** Whether `expected` comes next. */
  sees(expected: string): boolean {
    return this.#text.startsWith(expected, this.#at);
  }

  /** Consumes `expected`. @throws XmlError when something else comes */
  expect(expected: string): void {
    if (!this.take(expected)) throw this.error(`Expected ${expected}`);
  }

  /** Consumes white space; returns whether there was any. */
  space(): boolean {
    return this.#match(SPACE).length > 0;
  }

  /** Consumes a (possibly prefixed) name. @throws XmlError */
  name(): string {
    const name = this.#match(NAME);
    if (name === '') throw this.error('Expected a name');
    return name;
  }

  /** Consumes everything up to and with `end`, and returns what is before it. @throws XmlError */
  until(end: string): string {
    const to = this.#text.indexOf(end, this.#at);
    if (to < 0) throw this.error(`Expected ${end}`);
    const piece = this.#text.slice(this.#at, to);
    this.#at = to + end.length;
    return piece;
  }

  /** Consumes character data up to the next markup. @throws XmlError */
  characters(): string {
    const markup = this.#text.indexOf('<', this.#at);
    const to = markup < 0 ? this.#text.length : markup;
    const raw = this.#text.slice(this.#at, to);
    if (raw.includes(']]>')) throw this.error(']]> in character data');
    this.#at = to;
    return this.#resolve(raw);
  }

  /** Consumes a quoted attribute value. @throws XmlError */
  attributeValue(): string {
    const quote = this.take('"') ? '"' : "'";
    if (quote === "'") this.expect("'");
    const raw = this.until(quote);
    if (raw.includes('<')) throw this.error('< in an attribute value');
    return this.#resolve(raw.replace(/[\t\n]/g, ' '));
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  #resolve(raw: string): string {
    return raw.replace(/&([^;&]{0,12})(;?)/g, (_all, entity: string, semicolon: string) => {
      const value = semicolon === ';' ? resolveEntity(entity) : undefined;
      if (value === undefined) throw this.error('An entity reference that is not predefined');
      return value;
    });
  }
}

function resolveEntity(entity: string): string | undefined {
  const digits = /^#(?:(\d{1,7})|x([0-9A-Fa-f]{1,6}))$/.exec(entity);
  if (digits === null) return ENTITIES[entity];
  const point = digits[1] === undefined ? parseInt(digits[2] ?? '', 16) : parseInt(digits[1], 10);
  if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return undefined;
  const character = String.fromCodePoint(point);
  return FORBIDDEN.test(character) ? undefined : character;
}
