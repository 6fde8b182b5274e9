import type { ElementDefinition } from '@medplum/fhirtypes';
import type { StructureResource } from '../../../conformance/model.ts';
import type { Definitions } from '../../../definitions/model.ts';
import { copyRule, emptyRule, type Rule, type RuleTree } from './rule.ts';

/** Elements of one StructureDefinition at most. */
const MAX_ELEMENTS = 20_000;
/** Names in one path at most. */
const MAX_DEPTH = 40;

/** What the making of rules looks things up in. */
export interface BuildContext {
  readonly definitions: Definitions;
  /** Rules of a profile that an element's type names; null where it is not known. */
  readonly profileOf: (canonical: string, scope: string) => RuleTree | null | undefined;
}

/**
 * Makes the rules of a StructureDefinition. One with a snapshot stands for itself; of one with only differences, the rules
 * are those of its base with the differences laid over them, so that no snapshot has to be made.
 * @param base rules of the base definition
 * @throws TypeError where there are too many elements
 * @see https://hl7.org/fhir/R4/profiling.html#snapshot
 */
export function buildRules(
  context: BuildContext,
  structure: StructureResource,
  scope: string,
  base?: RuleTree,
): RuleTree {
  const { url, version, type, elements, derivation } = structure;
  if (elements.length > MAX_ELEMENTS) throw new TypeError('The profile has too many elements');
  const ofBase = derivation !== 'constraint';
  const root =
    structure.complete || base === undefined
      ? emptyRule({ name: type, slice: '', scope, structure: type, base: ofBase })
      : { ...copyRule(base.root), scope, base: false };
  for (const element of elements) {
    const rule = ruleAt(context, root, element, !structure.complete);
    if (rule !== undefined) overlay(rule, element, ofBase);
  }
  return { url, version, type, root };
}

/** The rule that the id of an element names, made if it is not there yet. */
function ruleAt(
  context: BuildContext,
  root: Rule,
  element: ElementDefinition,
  differs: boolean,
): Rule | undefined {
  const segments = idOf(element).split('.');
  if (segments.length > MAX_DEPTH) return undefined;
  let rule = root;
  let whole = root;
  for (const segment of segments.slice(1)) {
    const colon = segment.indexOf(':');
    const name = colon < 0 ? segment : segment.slice(0, colon);
    const slice = colon < 0 ? '' : segment.slice(colon + 1);
    if (differs) inheritFromType(context, rule, whole);
    const parent = rule;
    rule = child(context.definitions, parent, name, slice, root);
    whole = parent.children.get(rule.name) ?? rule;
  }
  return rule;
}

/**
 * A difference below an element whose type has a profile is one to that profile: its slices are meant by their names.
 * @param whole the element without the name of the slice
 */
function inheritFromType({ profileOf }: BuildContext, rule: Rule, whole: Rule): void {
  if (rule.children.size > 0) return;
  const profiles = (rule.types ?? whole.types ?? []).flatMap((type) => type.profiles);
  const [only, ...others] = profiles;
  if (only === undefined || others.length > 0) return;
  const tree = profileOf(only, rule.scope);
  if (!tree) return;
  for (const [name, inherited] of tree.root.children) rule.children.set(name, copyRule(inherited));
}

/** Some profiles have no ids: then the path and the name of the slice say which element it is. */
function idOf({ id, path, sliceName }: ElementDefinition): string {
  return id ?? (sliceName === undefined ? path : `${path}:${sliceName}`);
}

function child(
  definitions: Definitions,
  parent: Rule,
  name: string,
  slice: string,
  root: Rule,
): Rule {
  const elements = definitions.structure(parent.structure)?.elements;
  const choice = elements?.has(name) === true ? undefined : choiceOf(elements?.keys() ?? [], name);
  const elementName = choice?.name ?? name;
  const known = elements?.get(elementName);
  const { scope } = root;
  const structure = known?.structure ?? (known?.types.length === 1 ? (known.types[0] ?? '') : '');
  const element =
    parent.children.get(elementName) ??
    emptyRule({ name: elementName, slice: '', scope, structure, base: root.base });
  parent.children.set(elementName, element);
  const named = slice === '' ? (choice === undefined ? '' : name) : slice;
  let rule = element;
  // `a/b` is the slice b of the slice a.
  for (const part of named === '' ? [] : named.split('/')) {
    const type = choiceType(elementName, part, known?.types ?? []);
    const made =
      rule.slices.get(part) ??
      emptyRule({
        name: elementName,
        slice: part,
        scope,
        structure: type ?? structure,
        base: root.base,
      });
    if (type !== undefined) {
      made.types ??= [{ code: type, profiles: [], targets: [] }];
      element.slicing ??= { discriminators: [{ type: 'type', path: '$this' }], closed: false };
    }
    rule.slices.set(part, made);
    rule = made;
  }
  if (rule !== element && /^(?:modifierE|e)xtension$/.test(elementName)) {
    element.slicing ??= { discriminators: [{ type: 'value', path: 'url' }], closed: false };
  }
  return rule;
}

/** `valueQuantity` written in place of `value[x]`. */
function choiceOf(names: Iterable<string>, name: string): { readonly name: string } | undefined {
  for (const candidate of names) {
    if (!candidate.endsWith('[x]')) continue;
    const stem = candidate.slice(0, -3);
    if (name.startsWith(stem) && /^[A-Z]/.test(name.slice(stem.length))) return { name: candidate };
  }
  return undefined;
}

/** The type that the slice of a choice is named after. */
function choiceType(element: string, slice: string, types: readonly string[]): string | undefined {
  if (!element.endsWith('[x]')) return undefined;
  const stem = element.slice(0, -3);
  return types.find((type) => stem + type.charAt(0).toUpperCase() + type.slice(1) === slice);
}

/** What the base says of its own elements' number is checked with their structure, so only profiles say it here. */
function overlay(rule: Rule, element: ElementDefinition, base: boolean): void {
  const { min, max, type, binding, slicing, constraint, maxLength } = element;
  if (!base) {
    if (min !== undefined) rule.min = min;
    if (max !== undefined) rule.max = max === '*' ? Number.POSITIVE_INFINITY : Number(max);
  }
  if (type !== undefined) {
    rule.types = type.map(({ code, profile = [], targetProfile = [] }) => ({
      code,
      profiles: profile,
      targets: targetProfile,
    }));
  }
  if (maxLength !== undefined) rule.maxLength = maxLength;
  const fixed = valueOf(element, 'fixed');
  if (fixed !== undefined) rule.fixed = fixed;
  const pattern = valueOf(element, 'pattern');
  if (pattern !== undefined) rule.pattern = pattern;
  const valueSet = binding?.valueSet ?? rule.binding?.valueSet;
  if (binding !== undefined && valueSet !== undefined) {
    rule.binding = { strength: binding.strength, valueSet };
  }
  if (slicing !== undefined) {
    rule.slicing = {
      discriminators: (slicing.discriminator ?? rule.slicing?.discriminators ?? []).map(
        ({ type: kind, path }) => ({ type: kind, path }),
      ),
      closed: slicing.rules === 'closed',
    };
  }
  if (constraint !== undefined) {
    const keys = new Set(constraint.map(({ key }) => key));
    rule.constraints = [...rule.constraints.filter(({ key }) => !keys.has(key)), ...constraint];
  }
}

function valueOf(element: ElementDefinition, kind: 'fixed' | 'pattern'): unknown {
  for (const [key, value] of Object.entries(element)) {
    if (key.startsWith(kind) && /^[A-Z]/.test(key.slice(kind.length))) return value;
  }
  return undefined;
}
