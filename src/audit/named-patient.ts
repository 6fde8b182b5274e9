const ID = String.raw`[A-Za-z0-9\-.]{1,64}`;
const IN_QUERY = new RegExp(
  String.raw`(?:^|[?&])(?:patient|subject|_compartment)(?:%3APatient|:Patient)?=(?:Patient(?:\/|%2F))?(${ID})(?=&|$)`,
  'i',
);

/** Longest query that is looked through. */
const MAX_QUERY = 10_000;

/**
 * The patient whom a refused access has named, so that the attempt stands in their log. It is what the caller said and no
 * more: whether there is such a patient, and whose the resources are that were asked for, is not looked up.
 */
export function namedPatient({
  type,
  id,
  query,
}: {
  readonly type?: string;
  readonly id?: string;
  readonly query?: string;
}): string | undefined {
  if (type === 'Patient' && id !== undefined) return id;
  if (query === undefined || query.length > MAX_QUERY) return undefined;
  return IN_QUERY.exec(query)?.[1];
}
