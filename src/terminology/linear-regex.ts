import type { Work } from './work.ts';

const MAX_LENGTH = 200;
/** Characters of a code; a longer one matches nothing. */
const MAX_TEXT = 256;
/** Quantifiers without an upper bound; with one the time is linear in the code, with two quadratic, and codes are short. */
const MAX_UNBOUNDED = 2;
/** Ways in which all other choices of an expression may be taken together: `?`, `{2,5}` and branches multiply. */
const MAX_WAYS = 64;

/**
 * Reads a regular expression of a value set filter, which matches a code as a whole. Only such expressions are taken as
 * cannot take long: no back reference, no assertion, no repeated group that itself repeats or branches, few choices.
 * @returns undefined for any other expression, and for one that is malformed. What a match costs is counted where asked.
 * @see https://hl7.org/fhir/R4/valueset-filter-operator.html
 */
export function linearRegex(source: string): ((text: string, work?: Work) => boolean) | undefined {
  if (source.length > MAX_LENGTH || !isTame(source)) return undefined;
  try {
    // By itself first: `a+)+(?:b` would close the group around it, and what was judged would not be what runs.
    const alone = new RegExp(source, 'u');
    const expression = new RegExp(`^(?:${alone.source})$`, 'u');
    const shape = shapeOf(source);
    const factor = ways(shape);
    const power = Math.max(unboundedIn(shape), 1);
    return (text, work) => {
      if (text.length > MAX_TEXT) return false;
      work?.spend(factor * text.length ** power);
      return expression.test(text);
    };
  } catch {
    return undefined;
  }
}

function isTame(source: string): boolean {
  if (/\\[1-9k]/.test(source) || /\(\?(?!:)/.test(source)) return false;
  const shape = shapeOf(source);
  const unbounded = unboundedIn(shape);
  const sizes = [...shape.matchAll(/\{(\d+)?,?(\d+)?\}/g)].map(([, low, high]) =>
    Math.max(Number(low ?? 0), Number(high ?? 0)),
  );
  if (unbounded > MAX_UNBOUNDED || sizes.some((size) => size > 100)) return false;
  return ways(shape) <= MAX_WAYS && !repeatsAmbiguousGroup(shape);
}

/** Escaped characters and classes stand for one character each; what is left are groups, branches and quantifiers. */
function shapeOf(source: string): string {
  return source.replace(/\\./g, 'a').replace(/\[[^\]]*\]/g, 'a');
}

function unboundedIn(shape: string): number {
  return shape.match(/[*+]|\{\d*,\}/g)?.length ?? 0;
}

/** A matcher that fails goes through every combination of what is optional: a hundred `a?` would take for ever. */
function ways(shape: string): number {
  const groups = shape.replaceAll('(?:', '(');
  const optional = 2 ** (groups.match(/\?/g)?.length ?? 0);
  const branches = 2 ** (groups.match(/\|/g)?.length ?? 0);
  const bounded = [...groups.matchAll(/\{(\d+),(\d+)\}/g)].map(
    ([, low, high]) => Math.max(Number(high) - Number(low), 0) + 1,
  );
  return bounded.reduce((product, count) => product * count, optional * branches);
}

/** True if a group with a quantifier holds a quantifier or a branch. */
function repeatsAmbiguousGroup(shape: string): boolean {
  const open: boolean[] = [];
  for (let index = 0; index < shape.length; index += 1) {
    const character = shape.charAt(index);
    if (character === '(') {
      open.push(false);
      if (shape.startsWith('?:', index + 1)) index += 2;
    } else if (character === ')') {
      const ambiguous = open.pop() ?? false;
      const repeated = /[*+{]/.test(shape.charAt(index + 1));
      if (ambiguous && repeated) return true;
      if (ambiguous || repeated || shape.charAt(index + 1) === '?') mark(open);
    } else if (/[*+?{|]/.test(character)) mark(open);
  }
  return false;
}

function mark(open: boolean[]): void {
  if (open.length > 0) open[open.length - 1] = true;
}
