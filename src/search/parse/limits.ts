/** Parameters of one search. */
export const MAX_PARAMETERS = 500;
/** Alternatives of all parameters of one search together. */
export const MAX_VALUES = 500;
/** Alternatives of all parameters of a search of several types, counted for each type. */
export const MAX_SYSTEM_VALUES = 10_000;
/** Characters of one alternative. */
export const MAX_VALUE_LENGTH = 2048;
/** Characters of a string to search for; the database indexes no more of a text. */
export const MAX_STRING_LENGTH = 200;
/** Keys of `_sort`. */
export const MAX_SORT_KEYS = 5;
/** Names in `_elements`. */
export const MAX_ELEMENTS = 100;
/** References that one chain may lead over. */
export const MAX_CHAIN_DEPTH = 8;
/** Links of all chains of one search together, each type that a reference may lead to counted. */
export const MAX_CHAINS = 50;
/** `_include` and `_revinclude` of one search. */
export const MAX_INCLUDES = 50;
/** Comparisons in one `_filter`, and parentheses in each other. */
export const MAX_FILTER_COMPARISONS = 100;
export const MAX_FILTER_DEPTH = 32;
/** Largest `_offset`; what lies behind is reached by the page links. */
export const MAX_OFFSET = 10_000;
/** Characters of `_cursor`. */
export const MAX_CURSOR_LENGTH = 4096;

const SHOWN_NAME_LENGTH = 64;

/** A parameter name as it may stand in an error: clients can send any length. */
export function shownName(name: string): string {
  return name.length <= SHOWN_NAME_LENGTH ? name : `${name.slice(0, SHOWN_NAME_LENGTH)}…`;
}
