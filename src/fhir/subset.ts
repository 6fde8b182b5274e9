import type { SearchRequest } from '../search/expression.ts';
import type { JsonResource } from '../storage/content.ts';
import { fhirError } from './outcome/codes.ts';
import { parseExact } from './json/exact.ts';

const SUBSETTED = {
  system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationValue',
  code: 'SUBSETTED',
};

/**
 * The part of a resource that `_elements` or `_summary` asks for, as JSON text; the stored text itself where neither does.
 * @throws FhirError `SEARCH_INVALID_CONTROL` for the summaries that need the definitions of elements
 * @see https://hl7.org/fhir/R4/search.html#elements
 */
export function subset(
  content: string,
  { elements, summary }: Pick<SearchRequest, 'elements' | 'summary'>,
): string {
  if (
    elements === undefined &&
    (summary === undefined || summary === 'false' || summary === 'count')
  )
    return content;
  if (summary === 'true' || summary === 'text') {
    throw fhirError('SEARCH_INVALID_CONTROL', {
      name: '_summary',
      reason: `${summary} is not supported`,
    });
  }
  const resource = parseExact(content).exact as JsonResource;
  const wanted =
    elements === undefined
      ? undefined
      : new Set(['resourceType', 'id', 'meta', ...elements, ...elements.map((name) => `_${name}`)]);
  const kept = Object.entries(resource).filter(([name]) =>
    wanted === undefined ? name !== 'text' : wanted.has(name),
  );
  const part = Object.fromEntries(kept) as JsonResource;
  return JSON.stringify({
    ...part,
    meta: { ...part.meta, tag: [...(part.meta?.tag ?? []), SUBSETTED] },
  });
}
