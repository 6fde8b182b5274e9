import type { Definitions } from '../../definitions/model.ts';
import { or, type SearchExpression } from '../../search/expression.ts';
import { canonicalKey } from '../../search/rewriters/canonical-key.ts';
import { simplify } from '../../search/rewriters/simplify.ts';
import type { PolicyRule } from '../policy.ts';
import { viewBlocks } from './rule-blocks.ts';
import { type SearchedName, searchedAspect } from './searched-name.ts';

/** What the rules of a type say of one searched name that at least one of them blocks. */
export interface Blocking {
  /** The rules that block it. */
  readonly by: readonly PolicyRule[];
  /** Which resources are seen by a rule that does not; `none` where all block it. */
  readonly shown: SearchExpression;
  /**
   * Which resources are seen by a blocking rule that demands the very condition: of what a rule shows because it says the
   * same, the condition tells nothing new.
   */
  demanding(condition: SearchExpression): readonly SearchExpression[];
}

/** The rules of one resource type as what guards searches of it. */
export interface TypeGuard {
  /** Undefined where no rule blocks the name. */
  blocking(name: SearchedName): Blocking | undefined;
}

const OPEN: TypeGuard = { blocking: () => undefined };

/** The lists of rules live as long as the compiled policy that they belong to. */
const known = new WeakMap<readonly PolicyRule[], Map<string, TypeGuard>>();

/**
 * The guard of a resource type, made once for each list of rules. Rules that show everything cost nothing.
 * @param rules those of the type for one interaction
 */
export function typeGuard(
  definitions: Definitions,
  type: string,
  rules: readonly PolicyRule[],
): TypeGuard {
  const byType = known.get(rules);
  const found = byType?.get(type);
  if (found !== undefined) return found;
  const guard = rules.some(({ view }) => view !== undefined)
    ? makeGuard(definitions, type, rules)
    : OPEN;
  if (byType === undefined) known.set(rules, new Map([[type, guard]]));
  else byType.set(type, guard);
  return guard;
}

function makeGuard(
  definitions: Definitions,
  type: string,
  rules: readonly PolicyRule[],
): TypeGuard {
  /** With the definition that the answer came from: parameters of this server come, go and change. */
  const answers = new Map<SearchedName, readonly [definition: unknown, answer?: Blocking]>();
  return {
    blocking(name) {
      const definition = definitions.searchParameters(type).get(searchedAspect(name).code);
      const before = answers.get(name);
      if (before !== undefined && before[0] === definition) return before[1];
      const answer = blockingOf(name);
      answers.set(name, answer === undefined ? [definition] : [definition, answer]);
      return answer;
    },
  };

  function blockingOf(name: SearchedName): Blocking | undefined {
    const by = rules.filter(
      ({ view }) => view !== undefined && viewBlocks(definitions, type, view, name),
    );
    if (by.length === 0) return undefined;
    const others = rules.filter((rule) => !by.includes(rule));
    const demanded = demandsOf(by);
    return {
      by,
      shown: simplify(or(...others.map(({ where }) => where))),
      demanding: (condition) => demanded.get(canonicalKey(condition)) ?? [],
    };
  }
}

/** The conditions of some rules by each condition that they demand of every resource. */
function demandsOf(rules: readonly PolicyRule[]): ReadonlyMap<string, readonly SearchExpression[]> {
  const found = new Map<string, SearchExpression[]>();
  for (const { where } of rules) {
    for (const demand of where.kind === 'and' ? where.operands : [where]) {
      const key = canonicalKey(demand);
      const before = found.get(key);
      if (before === undefined) found.set(key, [where]);
      else before.push(where);
    }
  }
  return found;
}
