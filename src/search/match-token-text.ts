import type { TokenTextExpression } from './expression.ts';
import { type IndexedResource, normalizeString } from './index-values.ts';

/** `:text`: some text of a token contains what is searched, without case and accents. */
export function matchesTokenText(
  { param, value: searched }: TokenTextExpression,
  resource: IndexedResource,
): boolean {
  return resource.values.some(
    (value) =>
      value.kind === 'label' &&
      value.param === param &&
      normalizeString(value.value).includes(searched),
  );
}
