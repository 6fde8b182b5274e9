import type { Definitions } from '../../definitions/model.ts';
import type { CompiledPolicy, PolicyInteraction } from '../policy.ts';
import { blockers } from './blockers.ts';
import { COMPARTMENT } from './rule-blocks.ts';
import { missingName, textName } from './searched-name.ts';
import { identifierName, ofTypeName } from '../../search/index-values.ts';

/** A search parameter that a policy blocks, and by which rules. */
export interface BlockedParameter {
  /** Its code; with a modifier behind a colon where only that is blocked. */
  readonly parameter: string;
  /** Ids of the rules; where a type has others too, searches are narrowed to what those show. */
  readonly rules: readonly string[];
}

/** Names that are searched by without being search parameters of the definitions. */
const ALWAYS = ['_lastUpdated', '_text', '_content', COMPARTMENT] as const;

const MODIFIED = [textName, missingName, identifierName, ofTypeName] as const;

/**
 * All that a policy blocks of a resource type, for explanations and documentation: derived from the rules and from the
 * expressions of the search parameters, in alphabetical order.
 */
export function blockedParameters(
  definitions: Definitions,
  policy: Pick<CompiledPolicy, 'rules'>,
  type: string,
  interaction: PolicyInteraction = 'search',
): readonly BlockedParameter[] {
  const idsOf = (name: string): readonly string[] => [
    ...new Set(blockers(definitions, policy, type, name, interaction).map(({ id }) => id)),
  ];
  const codes = new Set([...definitions.searchParameters(type).keys(), ...ALWAYS]);
  return [...codes].sort().flatMap((code): BlockedParameter[] => {
    const rules = idsOf(code);
    if (rules.length > 0) return [{ parameter: code, rules }];
    const kind = definitions.searchParameters(type).get(code)?.type;
    const names = kind === 'reference' || kind === 'token' ? MODIFIED : [];
    return names
      .map((named) => named(code))
      .flatMap((name) => {
        const by = hasAspect(kind, name) ? idsOf(name) : [];
        return by.length === 0 ? [] : [{ parameter: name, rules: by }];
      });
  });
}

function hasAspect(kind: string | undefined, name: string): boolean {
  const aspect = name.slice(name.indexOf(':') + 1);
  if (aspect === 'missing') return true;
  return kind === 'reference' ? aspect === 'identifier' : aspect !== 'identifier';
}
