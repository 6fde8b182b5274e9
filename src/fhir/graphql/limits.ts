/** Levels of nested fields, as in Medplum. */
export const MAX_DEPTH = 12;

/** Accesses that one query may need at most, as in Medplum. */
export const MAX_COST = 10_000;

/** Words and signs of a query. */
export const MAX_TOKENS = 5_000;

/** Fields that are looked at to compute the cost, fragments counted each time. */
export const MAX_FIELDS = 50_000;

/** Searches that one query has under way at the same time. */
export const CONCURRENT_SEARCHES = 6;

/**
 * Values that the answer to an introspection may have, as estimated: half as many again as the usual query for the whole
 * schema, which clients and consoles send.
 */
export const MAX_INTROSPECTION = 15_000_000;

/** The same where the query asks for resources beside the schema, or has variables or fragments at its root. */
export const MAX_SCHEMA_BESIDE = 200_000;
