import type { Definitions } from '../../definitions/model.ts';
import type { Branch } from './branch.ts';
import { compilePath, UnsupportedPath } from './compile-path.ts';
import { parsePath } from './fhirpath.ts';

/**
 * The branches of an expression from a place in a resource.
 * @returns undefined where the expression is outside of the subset that is compiled.
 */
export function branchesOf(
  expression: string,
  from: Branch,
  definitions: Definitions,
): readonly Branch[] | undefined {
  const node = parsePath(expression);
  if (node === undefined) return undefined;
  try {
    return compilePath(node, from, definitions);
  } catch (error) {
    if (error instanceof UnsupportedPath) return undefined;
    throw error;
  }
}
