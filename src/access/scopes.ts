import type { Definitions } from '../definitions/model.ts';
import { and, NONE, or, type SearchExpression } from '../search/expression.ts';
import { simplify } from '../search/rewriters/simplify.ts';
import { viewBlocks } from './blocked/rule-blocks.ts';
import { rulesElsewhere } from './blocked/rules-elsewhere.ts';
import { criteriaExpression } from './criteria.ts';
import { memoised } from './memoised.ts';
import type { CompiledPolicy, PolicyInteraction, PolicyRule } from './policy.ts';
import { isAboutResources, type SmartScope, smartScope } from './smart-scope.ts';

/** What one scope covers. */
interface Cover {
  /** A resource type or `*`. */
  readonly type: string;
  readonly interactions: ReadonlySet<PolicyInteraction>;
  readonly search: SmartScope['search'];
}

/** What a search in a scope says about one type: a condition, and the parameters that it looks at. */
interface Restriction {
  readonly where: SearchExpression;
  readonly names: readonly string[];
}

/** The condition that a resource lies in the compartment of a patient. */
const COMPARTMENT = '_compartment';

const BY_LETTER: Readonly<Record<string, readonly PolicyInteraction[]>> = {
  c: ['create'],
  r: ['read', 'vread', 'history'],
  u: ['update'],
  d: ['delete'],
  s: ['search'],
};

/** The scopes of a token that are about resources, each once, in one order. `openid`, `launch/patient` and the like are not. */
export function resourceScopes(scope: string): readonly string[] {
  return [...new Set(scope.split(' ').filter(isAboutResources))].sort();
}

/**
 * What both a policy and the scopes of a token allow. A token without any scope about resources is that of a first-party
 * app, which has the whole policy of the person; a scope that is not understood covers nothing. Operations are no
 * resources, so that only a scope for everything (`*.cruds`, `*.*`) covers those that the policy names.
 * @param scopes as {@link resourceScopes} returns them
 * @param profile reference of the identity: `patient/` scopes are about one patient, and a Patient tells which
 * @param patient reference of the patient that the app was launched about, for all other identities: `patient/` scopes are
 *   then about the compartment of that patient
 * @see https://hl7.org/fhir/smart-app-launch/STU2.2/scopes-and-launch-context.html
 */
export function narrowToScopes(
  definitions: Definitions,
  policy: CompiledPolicy,
  scopes: readonly string[],
  profile: string,
  patient?: string,
): CompiledPolicy {
  if (scopes.length === 0) return policy;
  const about = profile.startsWith('Patient/') ? 'identity' : patient;
  const covers = scopes.flatMap((scope) => coverOf(scope, about) ?? []);
  const plain = covers.filter(({ search }) => search.length === 0);
  // A search would ask by ids that such a principal must not know.
  const searched =
    policy.pseudonyms === undefined ? covers.filter(({ search }) => search.length > 0) : [];
  const covered = (type: string, interaction: PolicyInteraction): boolean =>
    plain.some((cover) => isAbout(cover, type, interaction));
  const narrowed = (
    rules: readonly PolicyRule[],
    type: string,
    interaction: PolicyInteraction,
  ): readonly PolicyRule[] => {
    if (covered(type, interaction)) return rules;
    if (rules.length === 0) return [];
    const restrictions = searched
      .filter((cover) => isAbout(cover, type, interaction))
      .flatMap(({ search }) => restrictionOf(definitions, type, search) ?? [])
      .filter(
        ({ names }) =>
          !names.some((name) => rulesElsewhere(definitions, policy, type, name).length > 0),
      );
    return rules.flatMap((rule) => restrictRule(definitions, type, rule, restrictions) ?? []);
  };
  const everything = Object.values(BY_LETTER)
    .flat()
    .every((interaction) => covered('*', interaction));
  const rules = memoised((type, interaction) =>
    narrowed(policy.rules(type, interaction), type, interaction),
  );
  return {
    rules,
    where: memoised((type, interaction) =>
      covered(type, interaction)
        ? policy.where(type, interaction)
        : simplify(or(NONE, ...rules(type, interaction).map(({ where }) => where))),
    ),
    // A search would be a filter of the caller's own choice.
    aggregates: (type) => (covered(type, 'search') ? policy.aggregates(type) : []),
    operation: (name) => (everything ? policy.operation(name) : undefined),
    ...(policy.pseudonyms === undefined ? {} : { pseudonyms: policy.pseudonyms }),
  };
}

/** @param about whom `patient/` scopes are about: the identity itself, whose policy says so already, or a reference */
function coverOf(scope: string, about: string | undefined): Cover | undefined {
  const read = smartScope(scope);
  if (read === undefined) return undefined;
  const interactions = new Set([...read.letters].flatMap((letter) => BY_LETTER[letter] ?? []));
  const cover = { type: read.type, interactions, search: read.search };
  if (read.context !== 'patient' || about === 'identity') return cover;
  if (about === undefined) return undefined;
  return { ...cover, search: [...read.search, [COMPARTMENT, about]] };
}

function isAbout(cover: Cover, type: string, interaction: PolicyInteraction): boolean {
  return (cover.type === '*' || cover.type === type) && cover.interactions.has(interaction);
}

/** Undefined where the search cannot be asked of the type; then the scope covers nothing of it. */
function restrictionOf(
  definitions: Definitions,
  type: string,
  search: SmartScope['search'],
): Restriction | undefined {
  const parameters = definitions.searchParameters(type);
  const names = [...new Set(search.map(([name]) => name))];
  if (!names.every((name) => name === COMPARTMENT || parameters.has(name))) return undefined;
  const where = criteriaExpression(definitions, type, search);
  return 'kind' in where ? { where, names } : undefined;
}

/**
 * A rule for what the searches of the scopes find. Who may ask for scopes must not learn by them what a rule hides, so that
 * a search by what its view blocks is left out.
 */
function restrictRule(
  definitions: Definitions,
  type: string,
  rule: PolicyRule,
  restrictions: readonly Restriction[],
): PolicyRule | undefined {
  const { view } = rule;
  const asked = restrictions.filter(
    ({ names }) =>
      view === undefined || !names.some((name) => viewBlocks(definitions, type, view, name)),
  );
  const where = simplify(and(rule.where, or(NONE, ...asked.map((one) => one.where))));
  return where.kind === 'none' ? undefined : { ...rule, where };
}
