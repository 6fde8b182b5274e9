import { and, not, or, type SearchExpression, type TokenSetExpression } from './expression.ts';

/** A code with its system; without one, the code in any system. */
export interface SetCode {
  readonly system: string | undefined;
  readonly code: string;
}

/** Where the codes of a condition on a value set or a hierarchy come from. */
export interface CodeSets {
  /** @throws FhirError where there is no such set, or it cannot be listed */
  codes(expression: TokenSetExpression): Promise<readonly SetCode[]>;
}

/** True if there is a condition to be resolved, behind a chain too. */
export function hasCodeSets(expression: SearchExpression): boolean {
  switch (expression.kind) {
    case 'token-set':
      return true;
    case 'and':
    case 'or':
      return expression.operands.some(hasCodeSets);
    case 'not':
      return hasCodeSets(expression.operand);
    case 'chain':
    case 'has':
      return hasCodeSets(expression.where);
    default:
      return false;
  }
}

/**
 * Puts the codes in the place of conditions on value sets and hierarchies (`:in`, `:not-in`, `:above`, `:below`), so that
 * what is left can be judged in memory and by the database.
 * @throws FhirError of {@link CodeSets.codes}
 * @see https://hl7.org/fhir/R4/search.html#token
 */
export async function resolveCodeSets(
  expression: SearchExpression,
  sets: CodeSets,
): Promise<SearchExpression> {
  switch (expression.kind) {
    case 'token-set': {
      const { param } = expression;
      const codes = await sets.codes(expression);
      return or(
        ...codes.map(
          ({ system, code }): SearchExpression => ({
            kind: 'token',
            param,
            code,
            ...(system === undefined ? {} : { system }),
          }),
        ),
      );
    }
    case 'and':
      return and(...(await resolveAll(expression.operands, sets)));
    case 'or':
      return or(...(await resolveAll(expression.operands, sets)));
    case 'not':
      return not(await resolveCodeSets(expression.operand, sets));
    case 'chain':
    case 'has':
      return { ...expression, where: await resolveCodeSets(expression.where, sets) };
    default:
      return expression;
  }
}

async function resolveAll(
  operands: readonly SearchExpression[],
  sets: CodeSets,
): Promise<readonly SearchExpression[]> {
  const resolved: SearchExpression[] = [];
  // One after another: the limit of codes is that of the whole search.
  for (const operand of operands) resolved.push(await resolveCodeSets(operand, sets));
  return resolved;
}
