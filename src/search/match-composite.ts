import type { CompositeExpression, SearchExpression } from './expression.ts';
import type { IndexedResource } from './index-values.ts';

/**
 * A composite: one and the same element has to satisfy all of its parts.
 * @param judge what an expression means
 * @see https://hl7.org/fhir/R4/search.html#composite
 */
export function matchesComposite(
  { param, components }: CompositeExpression,
  resource: IndexedResource,
  judge: (component: SearchExpression, alone: IndexedResource) => boolean,
): boolean {
  return resource.values.some((element) => {
    if (element.kind !== 'composite' || element.param !== param) return false;
    const alone = { ...resource, values: element.values };
    return components.every((component) => judge(component, alone));
  });
}
