/** Codes of one expansion at most; a set that has more is asked about code by code. */
export const MAX_EXPANSION = 20_000;
/** Value sets inside each other. */
export const MAX_NESTED_SETS = 16;
/** Value sets, code systems and filters that one question may touch. */
export const MAX_LOADED = 500;
/** Codes that a search modifier may stand for. */
export const MAX_SEARCH_CODES = 10_000;
/** Steps of one question: a concept that is looked at by a filter, a character that an expression looks at. Some 200 ms. */
export const MAX_WORK = 10_000_000;
