import { type Measure, multiply, UNITY } from './measure.ts';
import { rational, rationalOf } from './rational.ts';
import { type UnitAtom, unitTable } from './unit-table.ts';

const MAX_LENGTH = 100;
const MAX_DEPTH = 10;
/** Definitions lead to other definitions; the longest way in UCUM has eight steps. */
const MAX_DEFINITIONS = 20;

const ATOM = /(10[*^]|(?:[A-Za-z%'"_]|\[[^[\]\s]{1,40}\])+)([+-]?\d{1,2})?/y;
const FACTOR = /\d{1,15}/y;
const ANNOTATION = /\{[^{}]*\}/y;

/**
 * Reads a UCUM unit in its case-sensitive form and reduces it to base units, exactly.
 * @returns undefined for what is no unit of UCUM, and for special units (`Cel`, `[pH]`), which are no multiples of others.
 * @see https://ucum.org/ucum#section-Syntax-Rules
 */
export function parseUnit(code: string, definitions = 0): Measure | undefined {
  if (code === '' || code.length > MAX_LENGTH || definitions > MAX_DEFINITIONS) return undefined;
  const parser = new UnitParser(code, definitions);
  const unit = parser.term(0);
  return parser.atEnd() ? unit : undefined;
}

class UnitParser {
  readonly #text: string;
  readonly #definitions: number;
  #position = 0;

  constructor(text: string, definitions: number) {
    this.#text = text;
    this.#definitions = definitions;
  }

  atEnd(): boolean {
    return this.#position === this.#text.length;
  }

  /** Components with `.` and `/` between, from left to right; a leading `/` divides one. */
  term(depth: number): Measure | undefined {
    if (depth > MAX_DEPTH) return undefined;
    let exponent = this.#take('/') ? -1 : 1;
    let unit: Measure | undefined = UNITY;
    for (;;) {
      const component = this.#component(depth);
      if (component === undefined) return undefined;
      unit = multiply(unit, component, exponent);
      if (unit === undefined) return undefined;
      if (this.#take('.')) exponent = 1;
      else if (this.#take('/')) exponent = -1;
      else return unit;
    }
  }

  #component(depth: number): Measure | undefined {
    if (this.#take('(')) {
      const inner = this.term(depth + 1);
      return this.#take(')') ? inner : undefined;
    }
    // An annotation alone stands for one.
    if (this.#match(ANNOTATION) !== undefined) return UNITY;
    const unit = this.#simple();
    this.#match(ANNOTATION);
    return unit;
  }

  #simple(): Measure | undefined {
    const atom = this.#match(ATOM);
    if (atom !== undefined) {
      const [, symbol = '', exponent = '1'] = atom;
      const unit = unitOf(symbol, this.#definitions);
      return unit === undefined ? undefined : multiply(UNITY, unit, Number(exponent));
    }
    const factor = this.#match(FACTOR);
    if (factor === undefined || BigInt(factor[0]) === 0n) return undefined;
    return { factor: rational(BigInt(factor[0])), dimensions: UNITY.dimensions };
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#position;
    const match = pattern.exec(this.#text);
    if (match === null) return undefined;
    this.#position = pattern.lastIndex;
    return match;
  }

  #take(character: string): boolean {
    if (this.#text[this.#position] !== character) return false;
    this.#position += 1;
    return true;
  }
}

function unitOf(symbol: string, definitions: number): Measure | undefined {
  const { atoms, prefixes } = unitTable();
  const whole = atoms.get(symbol);
  if (whole !== undefined) return measureOf(symbol, whole, definitions);
  for (const length of [1, 2]) {
    const prefix = prefixes.get(symbol.slice(0, length));
    const rest = symbol.slice(length);
    const atom = atoms.get(rest);
    if (prefix === undefined || atom?.metric !== true) continue;
    const unit = measureOf(rest, atom, definitions);
    const factor = rational(...prefix);
    return unit && multiply({ factor, dimensions: UNITY.dimensions }, unit);
  }
  return undefined;
}

function measureOf(symbol: string, atom: UnitAtom, definitions: number): Measure | undefined {
  if (atom.special) return undefined;
  const { definition } = atom;
  if (definition === undefined || (atom.arbitrary && definition === '1')) {
    return { factor: UNITY.factor, dimensions: new Map([[symbol, 1]]) };
  }
  const factor = rationalOf(atom.factor);
  const unit = parseUnit(definition, definitions + 1);
  if (factor === undefined || unit === undefined) return undefined;
  return multiply({ factor, dimensions: UNITY.dimensions }, unit);
}
