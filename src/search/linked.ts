import type { ChainExpression, HasExpression, SearchExpression } from './expression.ts';

/**
 * Name that stands in a chain for a reference parameter where it leads from a resource to the patients in whose compartment
 * it is. Policies alone make such chains; no parameter can have the name.
 */
export const COMPARTMENT_LINK = '_compartment';

/** A condition on another resource. */
export type LinkExpression = ChainExpression | HasExpression;

/** The type of the resources behind a chain. */
export function linkedType(link: LinkExpression): string {
  return link.kind === 'chain' ? link.target : link.source;
}

/** The chains of an expression, without those behind other chains. */
export function linksOf(expression: SearchExpression): readonly LinkExpression[] {
  switch (expression.kind) {
    case 'and':
    case 'or':
      return expression.operands.flatMap(linksOf);
    case 'not':
      return linksOf(expression.operand);
    case 'chain':
    case 'has':
      return [expression];
    default:
      return [];
  }
}
