import { NONE } from '../search/expression.ts';
import { memoised } from './memoised.ts';
import type { CompiledPolicy, PolicyInteraction } from './policy.ts';

/** What one scope covers. */
interface Cover {
  /** A resource type or `*`. */
  readonly type: string;
  readonly interactions: ReadonlySet<PolicyInteraction>;
}

const RESOURCE_SCOPE = /^(?:patient|user|system)\//;

/** Letters stand in their order; a search after `?` would narrow, so a scope with one is not understood. */
const SMART_SCOPE = /^(patient|user|system)\/(\*|[A-Z][A-Za-z]{1,63})\.(read|write|\*|c?r?u?d?s?)$/;

const VERSION_1: Readonly<Record<string, string>> = { read: 'rs', write: 'cud', '*': 'cruds' };

const BY_LETTER: Readonly<Record<string, readonly PolicyInteraction[]>> = {
  c: ['create'],
  r: ['read', 'vread', 'history'],
  u: ['update'],
  d: ['delete'],
  s: ['search'],
};

/** The scopes of a token that are about resources, each once, in one order. `openid`, `launch/patient` and the like are not. */
export function resourceScopes(scope: string): readonly string[] {
  return [...new Set(scope.split(' ').filter((one) => RESOURCE_SCOPE.test(one)))].sort();
}

/**
 * What both a policy and the scopes of a token allow. A token without any scope about resources is that of a first-party
 * app, which has the whole policy of the person; a scope that is not understood covers nothing. Operations are no
 * resources, so that only a scope for everything (`*.cruds`, `*.*`) covers those that the policy names.
 * @param scopes as {@link resourceScopes} returns them
 * @param profile reference of the identity: `patient/` scopes are about one patient, and only a Patient tells which
 * @see https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html
 */
export function narrowToScopes(
  policy: CompiledPolicy,
  scopes: readonly string[],
  profile: string,
): CompiledPolicy {
  if (scopes.length === 0) return policy;
  const covers = scopes.flatMap((scope) => coverOf(scope, profile) ?? []);
  const covered = (type: string, interaction: PolicyInteraction): boolean =>
    covers.some(
      (cover) => (cover.type === '*' || cover.type === type) && cover.interactions.has(interaction),
    );
  const everything = Object.values(BY_LETTER)
    .flat()
    .every((interaction) => covered('*', interaction));
  return {
    rules: memoised((type, interaction) =>
      covered(type, interaction) ? policy.rules(type, interaction) : [],
    ),
    where: memoised((type, interaction) =>
      covered(type, interaction) ? policy.where(type, interaction) : NONE,
    ),
    operation: (name) => (everything ? policy.operation(name) : undefined),
  };
}

function coverOf(scope: string, profile: string): Cover | undefined {
  const [, context, type, permission] = SMART_SCOPE.exec(scope) ?? [];
  if (type === undefined || permission === undefined) return undefined;
  if (context === 'patient' && !profile.startsWith('Patient/')) return undefined;
  const letters = VERSION_1[permission] ?? permission;
  return { type, interactions: new Set([...letters].flatMap((letter) => BY_LETTER[letter] ?? [])) };
}
