import { type FhirError, isFhirError } from '../../outcome/fhir-error.ts';
import { type ChainExpression, or, type SearchExpression } from '../expression.ts';
import { invalidValue, unknownModifier } from './invalid-value.ts';
import { checkLink, isLinked, linkParameter } from './link-parameter.ts';
import { parseParameterName } from './parameter-name.ts';
import type { ConditionReader, Surroundings } from './surroundings.ts';

/**
 * Reads `subject:Patient.name` and `subject.name`. Without a type the chain goes to every type that the reference may
 * lead to and that has the parameter.
 * @param name what is left of the name, with a dot in it
 * @param read reads what stands behind the dot
 * @throws FhirError `SEARCH_UNKNOWN_PARAMETER`, `SEARCH_UNKNOWN_MODIFIER`, `SEARCH_CHAIN_TOO_LONG`,
 * `SEARCH_TOO_MANY_CHAINS`, and those of `read`
 * @see https://hl7.org/fhir/R4/search.html#chaining
 */
export function parseChain(
  surroundings: Surroundings,
  type: string,
  name: string,
  depth: number,
  read: ConditionReader,
): SearchExpression {
  checkLink(surroundings, type, name, depth, 'chain');
  const dot = name.indexOf('.');
  const rest = name.slice(dot + 1);
  const { code, modifier } = parseParameterName(name.slice(0, dot));
  const { targets } = linkParameter(surroundings, type, code, name);
  const { definitions } = surroundings;
  const link = (target: string): ChainExpression => {
    surroundings.countLink();
    return { kind: 'chain', param: code, target, where: read(target, rest, depth + 1) };
  };
  if (modifier !== undefined) {
    const possible = targets.length === 0 || targets.includes(modifier);
    if (!possible || !isLinked(definitions, modifier)) throw unknownModifier(code, modifier);
    return link(modifier);
  }
  const possible = targets.filter((target) => isLinked(definitions, target));
  const chains: ChainExpression[] = [];
  let unknown: FhirError | undefined;
  for (const target of possible) {
    try {
      chains.push(link(target));
    } catch (error) {
      if (!isFhirError(error) || error.code !== 'SEARCH_UNKNOWN_PARAMETER') throw error;
      unknown ??= error;
    }
  }
  if (chains.length > 0) return or(...chains);
  throw unknown ?? invalidValue(name, `the type of the target is needed: ${code}:Patient.name`);
}
