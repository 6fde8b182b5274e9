import { BASE32_ALPHABET, base32CheckCharacter } from './base32check.ts';

/** Characters of an activation code. */
export const FREISCHALTCODE_LENGTH = 16;

/** Prefix that belongs to no insurer: the test codes of Anhang 6. */
export const TEST_PREFIX = '77';

/** Longer input is not looked at: nobody types that many separators. */
const MAX_INPUT_LENGTH = 64;

/** Characters that people misread on paper, and what was probably printed; 9 has no likely counterpart. */
const MISREAD: Readonly<Record<string, string>> = { '0': 'O', '1': 'I', '8': 'B' };

/** A character that cannot occur in an activation code. */
export interface AlphabetHint {
  /** Place in the normalised code, counted from 1. */
  readonly position: number;
  /** What was probably printed; a hint for the person, never applied by the software. */
  readonly suggestion?: string;
}

/** The outcome of {@link checkFreischaltcode}. */
export type FreischaltcodeCheck =
  | { readonly valid: true; readonly code: string }
  | { readonly valid: false; readonly reason: 'LENGTH'; readonly length: number }
  | { readonly valid: false; readonly reason: 'ALPHABET'; readonly hints: readonly AlphabetHint[] }
  | { readonly valid: false; readonly reason: 'CHECK_DIGIT' };

/**
 * Brings typed or photographed input into the form of the standard: no blanks, no hyphens or dashes, upper case. Only
 * ASCII letters are raised: `ı`, `ſ` and `ß` become other letters in Unicode's upper case and would be changed silently.
 */
export function normaliseFreischaltcode(input: string): string {
  return input
    .replace(/[\s\u200b\u2060\ufeff\u00ad\u2010-\u2015\u2212-]/gu, '')
    .replace(/[a-z]/g, (letter) => letter.toUpperCase());
}

/**
 * Normalises and checks what a person entered: length, alphabet, check digit, in this order. The insurer prefix is not
 * looked up here.
 * @see GKV-SV Richtlinie nach § 302 Abs. 2 SGB V für DiGA, Technische Anlage 1 and Anhang 3
 */
export function checkFreischaltcode(input: string): FreischaltcodeCheck {
  if (input.length > MAX_INPUT_LENGTH)
    return { valid: false, reason: 'LENGTH', length: input.length };
  const code = normaliseFreischaltcode(input);
  const characters = [...code];
  if (characters.length !== FREISCHALTCODE_LENGTH) {
    return { valid: false, reason: 'LENGTH', length: characters.length };
  }
  const hints = characters.flatMap((character, index) => hintFor(character, index + 1));
  if (hints.length > 0) return { valid: false, reason: 'ALPHABET', hints };
  const payload = code.slice(0, -1);
  if (base32CheckCharacter(payload) !== code.at(-1)) return { valid: false, reason: 'CHECK_DIGIT' };
  return { valid: true, code };
}

/** The insurer prefix (Kostentraegerkuerzel) of a normalised code. */
export function prefixOf(code: string): string {
  return code.slice(0, 2);
}

/**
 * True for a code with the prefix 77. Such a code goes out with `TDFC0` only and is to be refused in production, or
 * anybody could unlock the app without a prescription.
 */
export function isTestCode(code: string): boolean {
  return prefixOf(code) === TEST_PREFIX;
}

/**
 * Completes fifteen characters to a code with a correct check digit, as an insurer does when it issues one.
 * @throws TypeError when the payload is not fifteen characters of the base32 alphabet.
 */
export function issueFreischaltcode(payload: string): string {
  if (payload.length !== FREISCHALTCODE_LENGTH - 1) {
    throw new TypeError('An activation code has fifteen characters before its check digit');
  }
  return payload + base32CheckCharacter(payload);
}

function hintFor(character: string, position: number): readonly AlphabetHint[] {
  if (BASE32_ALPHABET.includes(character)) return [];
  const suggestion = MISREAD[character];
  return [suggestion === undefined ? { position } : { position, suggestion }];
}
