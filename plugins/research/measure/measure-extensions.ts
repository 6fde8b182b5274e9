const BASE = 'https://diga-server.dev/fhir/StructureDefinition/';

/**
 * Extension of `Measure.group` of a continuous measure: how values are coarsened. Complex: `low`, `high`, `width`
 * (valueDecimal) and `unit` (valueCode of UCUM).
 */
export const MEASURE_BUCKETS_EXTENSION = `${BASE}measure-buckets`;

/**
 * Extension of `Measure.group.stratifier` (valueBoolean `true`): that nobody is in a stratum is no secret, so that empty
 * strata are published as empty.
 */
export const MEASURE_EMPTY_IS_PUBLIC_EXTENSION = `${BASE}measure-empty-is-public`;

/** Extension of `MeasureReport.group` and its strata: the median, as valueQuantity. */
export const MEASURE_MEDIAN_EXTENSION = `${BASE}measure-median`;
