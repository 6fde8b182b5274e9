import { splitCanonical } from '../../../conformance/model.ts';
import { PRIMITIVES } from '../primitives.ts';
import type { Checker } from './checker.ts';
import { checkBinding, checkCoding } from './bindings.ts';
import { Findings } from './findings.ts';
import { fitsPattern, isFixed } from './match-value.ts';
import type { Rule, RuleTree } from './rule.ts';
import { childSites, type Json, type Site } from './site.ts';
import { matchesSlice } from './slicing.ts';

const BASE = 'http://hl7.org/fhir/StructureDefinition/';
/** Levels of elements, profiles of profiles included. */
const MAX_DEPTH = 100;
/** Types that say nothing of the type of a value. */
const ANY = new Set(['Resource', 'DomainResource', 'Element', 'BackboneElement']);
/** Invariants that are checked with the structure, without an expression. */
const NATIVE =
  /^(?:ele-1|ext-1|dom-[2-5]|ref-1|per-1|qty-3|cpt-2|att-1|txt-[12]|sqty-1|drt-1|age-1)$/;

/** Elements from one point where a check may pause to the next. */
const STEP = 128;

/** A check that pauses now and then, so that a large resource does not keep others waiting. */
export type Steps = Generator<undefined, void>;

/** Checks a resource: its type's rules, those of the profiles that it claims, and what it is given beside. */
export function* checkResource(
  checker: Checker,
  site: Site,
  rules: readonly Rule[],
  findings: Findings,
  depth = 0,
): Steps {
  const own = checker.knowledge.profile(BASE + site.type, '');
  const all = [...rules, ...(own ? [own.root] : []), ...claimed(checker, site, findings)];
  yield* checkChildren(checker, site, all, findings, depth);
  for (const rule of all) noteConstraints(rule, site, findings);
}

/** The rules of `meta.profile`. */
function claimed({ knowledge }: Checker, site: Site, findings: Findings): readonly Rule[] {
  const { profile } = ((site.value as Json)['meta'] ?? {}) as { readonly profile?: unknown };
  if (!Array.isArray(profile)) return [];
  return profile.flatMap((canonical: unknown, index): readonly Rule[] => {
    if (typeof canonical !== 'string') return [];
    const tree = knowledge.profile(canonical, '');
    if (tree === undefined) return [];
    if (tree?.type === site.type) return [tree.root];
    const path = `${site.path}.meta.profile[${String(index)}]`;
    if (tree === null) {
      const text = 'The profile is not known here, so it was not checked';
      findings.add('warning', 'not-found', text, path);
    } else findings.add('error', 'invalid', `The profile is one of ${tree.type}`, path);
    return [];
  });
}

function* check(
  checker: Checker,
  site: Site,
  rules: readonly Rule[],
  findings: Findings,
  depth: number,
): Steps {
  checker.budget -= 1;
  if (checker.budget % STEP === 0) yield;
  if (checker.budget < 0 || depth > MAX_DEPTH) {
    findings.add('error', 'too-costly', 'The resource is too large or too deep to be checked', '');
    return;
  }
  const profiles = rules.flatMap((rule) => checkTypes(checker, rule, site, findings));
  const all = [...new Set([...rules, ...profiles])];
  for (const rule of all) checkValue(checker, rule, site, findings);
  if (site.resource === undefined) return yield* checkResource(checker, site, all, findings, depth);
  const own = ANY.has(site.type) ? undefined : checker.knowledge.profile(BASE + site.type, '');
  if (own) all.push(own.root);
  if (site.type === 'Extension') all.push(...extensionRules(checker, site, findings));
  if (site.type === 'Coding') checkCoding(checker.knowledge, site, findings);
  for (const rule of all) noteConstraints(rule, site, findings);
  yield* checkChildren(checker, site, all, findings, depth);
}

/** The rules of the definition that the url of an extension names. */
function extensionRules({ knowledge }: Checker, site: Site, findings: Findings): readonly Rule[] {
  const { url } = (site.value ?? {}) as Json;
  if (typeof url !== 'string' || !/^[a-z][a-z0-9+.-]*:/i.test(url)) return [];
  const tree = knowledge.profile(url, '');
  if (tree === null && site.slot.startsWith('modifierExtension')) {
    findings.add(
      'warning',
      'not-found',
      'The definition of a modifier extension is not known here',
      site.path,
    );
  }
  return tree?.type === 'Extension' ? [tree.root] : [];
}

/**
 * The type and the profiles that go with it.
 * @returns the rules of the only profile; among several, one is enough, and it is looked for without a word
 */
function checkTypes(
  checker: Checker,
  { types, base, scope, name }: Rule,
  site: Site,
  findings: Findings,
): readonly Rule[] {
  if (types === undefined || types.length === 0) return [];
  const fitting = types.filter(
    ({ code }) =>
      code === site.type || ANY.has(code) || code.startsWith('http://hl7.org/fhirpath/'),
  );
  if (fitting.length === 0) {
    if (!base)
      findings.add(
        'error',
        'structure',
        `The profile allows no ${site.type} for ${name}`,
        site.path,
      );
    return [];
  }
  if (site.type === 'Reference')
    checkTarget(
      checker,
      fitting.flatMap(({ targets }) => targets),
      scope,
      site,
      findings,
    );
  const profiles = fitting.flatMap((type) => type.profiles);
  const [only, ...others] = profiles;
  if (only === undefined) return [];
  if (others.length === 0) {
    const tree = checker.knowledge.profile(only, scope);
    return tree && (tree.type === site.type || ANY.has(tree.type)) ? [tree.root] : [];
  }
  const trees = profiles.map((profile) => checker.knowledge.profile(profile, scope));
  if (
    trees.every((tree) => tree) &&
    !trees.some((tree) => checker.conforms(site, tree as RuleTree))
  ) {
    findings.add(
      'error',
      'structure',
      'The value conforms to none of the profiles allowed here',
      site.path,
    );
  }
  return [];
}

/** The target has to be of a type, and conform to a profile, that the element allows. */
function checkTarget(
  checker: Checker,
  targets: readonly string[],
  scope: string,
  site: Site,
  findings: Findings,
): void {
  if (targets.length === 0) return;
  const { type, site: target } = checker.resolve(site);
  if (type === undefined) return;
  const fits = targets.some((canonical) => {
    const { url } = splitCanonical(canonical);
    const core = url.startsWith(BASE) ? url.slice(BASE.length) : undefined;
    if (core === 'Resource' || core === type) return true;
    if (core !== undefined && checker.definitions.isResourceType(core)) return false;
    const tree = checker.knowledge.profile(canonical, scope);
    if (!tree) return true;
    return tree.type === type && (target === undefined || checker.conforms(target, tree));
  });
  if (fits) return;
  const text =
    target === undefined
      ? `A reference to ${type} is not allowed here`
      : `The ${type} referred to conforms to none of the profiles allowed here`;
  findings.add('error', 'invalid', text, site.path);
}

/** Checks that a value conforms to a profile and finds out only whether it does. */
export function isConforming(checker: Checker, site: Site, tree: RuleTree): boolean {
  const findings = new Findings(true);
  const steps =
    site.resource === undefined
      ? checkChildren(checker, site, [tree.root], findings, 0)
      : check(checker, site, [tree.root], findings, 0);
  // The question is asked in the middle of another check, which pauses before and after it.
  while (steps.next().done !== true);
  return !findings.failed;
}

function checkValue(
  { knowledge, definitions }: Checker,
  rule: Rule,
  site: Site,
  findings: Findings,
): void {
  const { fixed, pattern, maxLength, binding } = rule;
  if (fixed !== undefined && !isFixed(site.value, fixed)) {
    findings.add(
      'error',
      'value',
      `The value of ${rule.name} is not the one that is fixed`,
      site.path,
    );
  }
  if (pattern !== undefined && !fitsPattern(site.value, pattern)) {
    findings.add('error', 'value', `The value of ${rule.name} does not fit the pattern`, site.path);
  }
  if (
    maxLength !== undefined &&
    typeof site.value === 'string' &&
    [...site.value].length > maxLength
  ) {
    findings.add(
      'error',
      'too-long',
      `${rule.name} has more than ${String(maxLength)} characters`,
      site.path,
    );
  }
  if (binding === undefined) return;
  // Checked with the structure already.
  const url = splitCanonical(binding.valueSet).url;
  if (site.type === 'code' && definitions.requiredCodes(url) !== undefined) return;
  checkBinding(knowledge, binding, rule.scope, site, findings);
}

/** A rule on an element that holds a resource belongs to the resource around it. */
function resourceOf(rule: Rule, site: Site): Site {
  if (site.resource !== undefined) return site.resource;
  return rule.name === site.type ? site : (site.container ?? site);
}

function noteConstraints(rule: Rule, site: Site, findings: Findings): void {
  if (findings.silent) return;
  const resource = resourceOf(rule, site);
  for (const { key = '', severity, human = '', expression } of rule.constraints) {
    if (expression === undefined || NATIVE.test(key)) continue;
    findings.job({
      key,
      severity: severity === 'warning' ? 'warning' : 'error',
      human,
      expression,
      base: site.structure,
      path: site.path,
      keys: site.keys,
      resource: resource.keys,
      root: (resource.slot.startsWith('contained') ? (resource.container ?? resource) : resource)
        .keys,
      scope: rule.scope,
    });
  }
}

function* checkChildren(
  checker: Checker,
  site: Site,
  rules: readonly Rule[],
  findings: Findings,
  depth: number,
): Steps {
  const children = childSites(checker.definitions, site);
  const assigned = new Map<Site, Rule[]>();
  for (const rule of rules) {
    for (const child of rule.children.values()) {
      // The value of a primitive is the primitive itself.
      if (child.name === 'value' && PRIMITIVES.has(site.type)) continue;
      const items = children.get(child.name) ?? [];
      checkCount(child, child.name, items.length, site, findings);
      for (const item of items) assign(assigned, item, child);
      if (child.slices.size > 0 || child.slicing !== undefined) {
        slice(checker, child, items, site, assigned, findings);
      }
    }
  }
  for (const items of children.values()) {
    for (const item of items)
      yield* check(checker, item, assigned.get(item) ?? [], findings, depth + 1);
  }
}

/** Finds the slice of each item, and looks whether each slice has as many as it has to. */
function slice(
  checker: Checker,
  rule: Rule,
  items: readonly Site[],
  parent: Site,
  assigned: Map<Site, Rule[]>,
  findings: Findings,
): void {
  const slicing = rule.slicing;
  const discriminators = slicing?.discriminators ?? [];
  const left = new Set(items);
  for (const part of rule.slices.values()) {
    const members = [...left].filter((item) => matchesSlice(checker, part, discriminators, item));
    for (const member of members) {
      left.delete(member);
      assign(assigned, member, part);
    }
    checkCount(part, `${rule.name}:${part.slice}`, members.length, parent, findings);
    if (part.slices.size > 0) slice(checker, part, members, parent, assigned, findings);
  }
  if (slicing?.closed !== true || rule.slices.size === 0) return;
  for (const item of left) {
    findings.add(
      'error',
      'structure',
      `${rule.name} is none of the slices that the profile allows`,
      item.path,
    );
  }
}

function checkCount(
  { min = 0, max }: Rule,
  name: string,
  count: number,
  site: Site,
  findings: Findings,
): void {
  if (count < min) {
    findings.add(
      'error',
      'required',
      `${name}: at least ${String(min)} required by the profile, found ${String(count)}`,
      site.path,
    );
  }
  if (max !== undefined && count > max) {
    findings.add(
      'error',
      'structure',
      `${name}: at most ${String(max)} allowed by the profile, found ${String(count)}`,
      site.path,
    );
  }
}

function assign(assigned: Map<Site, Rule[]>, site: Site, rule: Rule): void {
  const rules = assigned.get(site);
  if (rules === undefined) assigned.set(site, [rule]);
  else rules.push(rule);
}
