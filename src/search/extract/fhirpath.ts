/**
 * Syntax tree of the part of FHIRPath that search parameters use.
 * @see https://hl7.org/fhirpath/N1/
 */
export type PathNode =
  | { readonly kind: 'name'; readonly of: PathNode | undefined; readonly name: string }
  | {
      readonly kind: 'call';
      readonly of: PathNode | undefined;
      readonly name: string;
      readonly args: readonly PathNode[];
    }
  | { readonly kind: 'index'; readonly of: PathNode; readonly index: number }
  | {
      readonly kind: 'type';
      readonly operator: 'is' | 'as';
      readonly of: PathNode;
      readonly type: string;
    }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: PathNode;
      readonly right: PathNode;
    }
  | { readonly kind: 'literal'; readonly value: string | number | boolean };

export type BinaryOperator = 'or' | 'and' | '=' | '!=' | '|';

/** Operators by how tightly they bind, the loosest first. */
const LEVELS: readonly (readonly BinaryOperator[])[] = [['or'], ['and'], ['=', '!='], ['|']];
const TOKEN = /\s*(?:([A-Za-z_]\w*)|'((?:[^'\\]|\\.)*)'|(\d+)|(!=|[|=.()[\],])|`([A-Za-z_]\w*)`)/y;
const MAX_LENGTH = 10_000;
const MAX_DEPTH = 50;

interface Token {
  readonly kind: 'word' | 'string' | 'number' | 'symbol';
  readonly text: string;
}

/**
 * Parses an expression.
 * @returns undefined where it is outside of the subset; it may still be FHIRPath.
 */
export function parsePath(expression: string): PathNode | undefined {
  const tokens = expression.length > MAX_LENGTH ? undefined : tokenize(expression);
  if (tokens === undefined) return undefined;
  const parser = new PathParser(tokens);
  const node = parser.binary(0);
  return parser.atEnd() ? node : undefined;
}

function tokenize(expression: string): readonly Token[] | undefined {
  const text = expression.trimEnd();
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  for (let end = 0; end < text.length; end = TOKEN.lastIndex) {
    const match = TOKEN.exec(text);
    if (match === null) return undefined;
    const [, plain, string, number, symbol, quoted] = match;
    const word = plain ?? quoted;
    if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else if (string !== undefined) tokens.push({ kind: 'string', text: unescape(string) });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else tokens.push({ kind: 'symbol', text: symbol ?? '' });
  }
  return tokens;
}

function unescape(text: string): string {
  return text.replace(/\\(.)/g, '$1');
}

/** Recursive descent; undefined stands for anything outside of the subset. */
class PathParser {
  readonly #tokens: readonly Token[];
  #position = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  atEnd(): boolean {
    return this.#position === this.#tokens.length;
  }

  binary(level: number): PathNode | undefined {
    const operators = LEVELS[level];
    if (operators === undefined) return this.#typed();
    let left = this.binary(level + 1);
    for (;;) {
      const operator = operators.find((candidate) => this.#take(candidate));
      if (operator === undefined || left === undefined) return left;
      const right = this.binary(level + 1);
      if (right === undefined) return undefined;
      left = { kind: 'binary', operator, left, right };
    }
  }

  #typed(): PathNode | undefined {
    const node = this.#postfix();
    if (node === undefined) return undefined;
    const operator = this.#take('is') ? 'is' : this.#take('as') ? 'as' : undefined;
    if (operator === undefined) return node;
    const type = this.#word();
    return type === undefined ? undefined : { kind: 'type', operator, of: node, type };
  }

  #postfix(): PathNode | undefined {
    let node = this.#primary();
    while (node !== undefined) {
      if (this.#take('.')) node = this.#member(node);
      else if (this.#take('[')) node = this.#index(node);
      else return node;
    }
    return undefined;
  }

  #index(of: PathNode): PathNode | undefined {
    const token = this.#next('number');
    return token !== undefined && this.#take(']')
      ? { kind: 'index', of, index: Number(token) }
      : undefined;
  }

  #primary(): PathNode | undefined {
    if (this.#take('(')) {
      this.#depth += 1;
      const inner = this.#depth > MAX_DEPTH ? undefined : this.binary(0);
      this.#depth -= 1;
      return this.#take(')') ? inner : undefined;
    }
    const string = this.#next('string');
    if (string !== undefined) return { kind: 'literal', value: string };
    const number = this.#next('number');
    if (number !== undefined) return { kind: 'literal', value: Number(number) };
    if (this.#take('true')) return { kind: 'literal', value: true };
    if (this.#take('false')) return { kind: 'literal', value: false };
    return this.#member(undefined);
  }

  #member(of: PathNode | undefined): PathNode | undefined {
    const name = this.#word();
    if (name === undefined) return undefined;
    if (!this.#take('(')) return { kind: 'name', of, name };
    const args: PathNode[] = [];
    this.#depth += 1;
    while (!this.#take(')')) {
      if (args.length > 0 && !this.#take(',')) return undefined;
      const argument = this.#depth > MAX_DEPTH ? undefined : this.binary(0);
      if (argument === undefined) return undefined;
      args.push(argument);
    }
    this.#depth -= 1;
    return { kind: 'call', of, name, args };
  }

  #word(): string | undefined {
    return this.#next('word');
  }

  #next(kind: Token['kind']): string | undefined {
    const token = this.#tokens[this.#position];
    if (token?.kind !== kind) return undefined;
    this.#position += 1;
    return token.text;
  }

  #take(text: string): boolean {
    const token = this.#tokens[this.#position];
    if (token?.text !== text || token.kind === 'string') return false;
    this.#position += 1;
    return true;
  }
}
