import { splitCanonical } from '../../../conformance/model.ts';
import type { Checker } from './checker.ts';
import { membershipOf } from './bindings.ts';
import { fitsPattern, isFixed } from './match-value.ts';
import type { Rule } from './rule.ts';
import { childSites, type Json, type Site } from './site.ts';

type Discriminator = NonNullable<Rule['slicing']>['discriminators'][number];

/**
 * Whether an item belongs to a slice: one discriminator says so, and none the contrary. A slice need not say something by
 * each of them.
 */
export function matchesSlice(
  checker: Checker,
  slice: Rule,
  discriminators: readonly Discriminator[],
  item: Site,
): boolean {
  const answers = discriminators.map((discriminator) =>
    matches(checker, slice, discriminator, item),
  );
  return answers.includes(true) && !answers.includes(false);
}

/** Undefined where the slice says nothing by this discriminator. */
function matches(
  checker: Checker,
  slice: Rule,
  { type, path }: Discriminator,
  item: Site,
): boolean | undefined {
  if (path === 'url' && item.type === 'Extension') {
    const definition = slice.types?.find(({ code }) => code === 'Extension')?.profiles[0];
    // The definition of an extension is known by its url, whether it is at hand or not; some fix another one.
    if (
      definition !== undefined &&
      (item.value as Json)['url'] === splitCanonical(definition).url
    ) {
      return true;
    }
  }
  const steps = stepsOf(path);
  if (type === 'type' && steps.at(-1) === 'resolve()') {
    return targetTypeMatches(checker, slice, steps.slice(0, -1), item);
  }
  const sites = walk(checker, item, steps);
  const rules = walkRules(checker, slice, steps);
  switch (type) {
    case 'value':
    case 'pattern':
      return valueMatches(checker, rules, sites);
    case 'exists':
      return rules.every((rule) =>
        rule.max === 0 ? sites.length === 0 : (rule.min ?? 0) === 0 || sites.length > 0,
      );
    case 'type':
      return sites.some((site) => rules.some((rule) => typeMatches(rule, site)));
    case 'profile':
      return sites.some((site) => rules.some((rule) => profileMatches(checker, rule, site, path)));
    default:
      return false;
  }
}

/** The type of a target is known by its reference, also where the target is not at hand. */
function targetTypeMatches(
  checker: Checker,
  slice: Rule,
  steps: readonly string[],
  item: Site,
): boolean {
  const types = walkRules(checker, slice, steps)
    .flatMap((rule) => rule.types ?? [])
    .flatMap(({ targets }) => targets)
    .map((target) => typeOfProfile(checker, target, slice.scope));
  return walk(checker, item, steps).some((reference) => {
    const { type } = checker.resolve(reference);
    return type !== undefined && types.includes(type);
  });
}

function typeOfProfile(
  { definitions, knowledge }: Checker,
  canonical: string,
  scope: string,
): string {
  const { url } = splitCanonical(canonical);
  const name = url.slice(url.lastIndexOf('/') + 1);
  if (url.startsWith('http://hl7.org/fhir/') && definitions.isResourceType(name)) return name;
  return knowledge.profile(canonical, scope)?.type ?? '';
}

function walk(checker: Checker, site: Site, steps: readonly string[]): readonly Site[] {
  return steps.reduce<readonly Site[]>(
    (from, step) => from.flatMap((it) => follow(checker, it, step)),
    [site],
  );
}

function walkRules(checker: Checker, rule: Rule, steps: readonly string[]): readonly Rule[] {
  return steps.reduce<readonly Rule[]>(
    (from, step) => from.flatMap((it) => followRule(checker, it, step)),
    [rule],
  );
}

/** `code.coding`, `resolve().code`, `extension('url').value`, `$this`: the parts, without `$this`. */
function stepsOf(path: string): readonly string[] {
  return (path.match(/[^.'(]+(?:\((?:'[^']*'|[^)]*)\))?/g) ?? []).filter(
    (step) => step !== '$this',
  );
}

function follow(checker: Checker, site: Site, step: string): readonly Site[] {
  if (step === 'resolve()') {
    const { site: target } = checker.resolve(site);
    return target === undefined ? [] : [target];
  }
  const named = /^(\w+)\(\s*'?([^')]*)'?\s*\)$/.exec(step);
  if (named?.[1] === 'ofType') return site.type === named[2] ? [site] : [];
  const children = childSites(checker.definitions, site);
  if (named?.[1] === 'extension') {
    return (children.get('extension') ?? []).filter((it) => (it.value as Json)['url'] === named[2]);
  }
  return children.get(step) ?? children.get(`${step}[x]`) ?? [];
}

function followRule(checker: Checker, rule: Rule, step: string): readonly Rule[] {
  if (step.startsWith('ofType(')) return [rule];
  if (step === 'resolve()') {
    return (rule.types ?? [])
      .flatMap(({ targets }) => targets)
      .flatMap((target) => checker.knowledge.profile(target, rule.scope)?.root ?? []);
  }
  const extension = /^extension\('([^']*)'\)$/.exec(step)?.[1];
  return withProfiles(checker, rule).flatMap((it): readonly Rule[] => {
    if (extension === undefined) {
      const child = it.children.get(step) ?? it.children.get(`${step}[x]`);
      return child === undefined ? [] : [child, ...child.slices.values()];
    }
    return [...(it.children.get('extension')?.slices.values() ?? [])].filter((part) =>
      part.types?.some(({ profiles }) =>
        profiles.some((url) => splitCanonical(url).url === extension),
      ),
    );
  });
}

/** The rule, and those of the profile that its type names. */
function withProfiles({ knowledge }: Checker, rule: Rule): readonly Rule[] {
  const [only, ...others] = (rule.types ?? []).flatMap(({ profiles }) => profiles);
  if (only === undefined || others.length > 0) return [rule];
  const tree = knowledge.profile(only, rule.scope);
  return tree ? [rule, tree.root] : [rule];
}

function valueMatches(
  checker: Checker,
  rules: readonly Rule[],
  sites: readonly Site[],
): boolean | undefined {
  const telling = rules.filter((rule) => tells(checker, rule, 0));
  if (telling.length === 0) return undefined;
  return sites.some((site) => telling.some((rule) => hasValue(checker, rule, site, 0)));
}

const MAX_DEPTH = 10;

/** True if the rule, or one below it, says which values there may be. */
function tells(checker: Checker, rule: Rule, depth: number): boolean {
  if (depth > MAX_DEPTH) return false;
  if (rule.fixed !== undefined || rule.pattern !== undefined) return true;
  if (rule.binding?.strength === 'required') return true;
  return withProfiles(checker, rule).some((it) =>
    [...it.children.values()].some(
      (child) =>
        tells(checker, child, depth + 1) ||
        [...child.slices.values()].some((part) => tells(checker, part, depth + 1)),
    ),
  );
}

function hasValue(checker: Checker, rule: Rule, site: Site, depth: number): boolean {
  if (depth > MAX_DEPTH) return false;
  if (rule.fixed !== undefined && !isFixed(site.value, rule.fixed)) return false;
  if (rule.pattern !== undefined && !fitsPattern(site.value, rule.pattern)) return false;
  if (rule.binding?.strength === 'required') {
    const membership = membershipOf(checker.knowledge, rule.binding.valueSet, rule.scope, site);
    if (membership === 'out') return false;
  }
  const children = childSites(checker.definitions, site);
  return withProfiles(checker, rule).every((it) =>
    [...it.children.values()].every((child) => {
      const items = children.get(child.name) ?? [];
      const parts = [child, ...child.slices.values()].filter((part) =>
        tells(checker, part, depth + 1),
      );
      // An element that is not there contradicts nothing, unless it has to be there.
      if (items.length === 0) return parts.every((part) => (part.min ?? 0) === 0);
      return parts.every(
        (part) =>
          ((part.min ?? 0) === 0 && part.slice !== '') ||
          items.some((item) => hasValue(checker, part, item, depth + 1)),
      );
    }),
  );
}

function typeMatches(rule: Rule, site: Site): boolean {
  return rule.types?.some(({ code }) => code === site.type) === true;
}

function profileMatches(checker: Checker, rule: Rule, site: Site, path: string): boolean {
  if (path.endsWith('resolve()')) {
    const tree = rule;
    return checker.conforms(site, {
      url: `#${tree.structure}`,
      version: tree.scope,
      type: tree.structure,
      root: tree,
    });
  }
  return (rule.types ?? [])
    .flatMap(({ profiles }) => profiles)
    .some((profile) => {
      const tree = checker.knowledge.profile(profile, rule.scope);
      return tree ? checker.conforms(site, tree) : false;
    });
}
