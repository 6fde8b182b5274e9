import type { OperationOutcomeIssue } from '@medplum/fhirtypes';
import type { Invariants } from '../../../fhirpath/invariants.ts';
import type { Terminology } from '../../../terminology/terminology.ts';
import type { Definitions } from '../../../definitions/model.ts';
import { isFhirError } from '../../../outcome/fhir-error.ts';
import { inSlices } from '../../slices.ts';
import { checkResource, isConforming } from './check.ts';
import type { Checker } from './checker.ts';
import { Findings, type InvariantJob } from './findings.ts';
import { Knowledge } from './knowledge.ts';
import { resolver } from './references.ts';
import type { Rule } from './rule.ts';
import { type Json, resourceSite } from './site.ts';

/** Times that the check is done again because something had to be loaded. */
const MAX_ROUNDS = 40;
/** Elements of one resource, each counted as often as it is looked at. */
const MAX_ELEMENTS = 200_000;
/** Types of profiles that hold for resources of any type. */
const ABSTRACT = new Set(['Resource', 'DomainResource']);
const MEMBER_OF = /memberOf\(\s*'([^']{1,500})'/g;

/** What a validation against profiles works with. */
export interface ProfileValidation {
  readonly definitions: Definitions;
  readonly terminology: Terminology;
  readonly invariants: Invariants;
}

/**
 * Validates a resource, of which the structure is valid, against the rules of its type and of profiles: those that it
 * claims and those that are given.
 * @param profiles canonicals beside `meta.profile`
 * @returns issues, the worst first
 * @throws FhirError `SERVER_BUSY`
 * @see https://hl7.org/fhir/R4/validation.html
 */
export async function validateProfiles(
  { definitions, terminology, invariants }: ProfileValidation,
  resource: Json,
  profiles: readonly string[],
): Promise<readonly OperationOutcomeIssue[]> {
  const knowledge = new Knowledge(definitions, terminology);
  const site = resourceSite(resource, String(resource['resourceType']));
  const resolve = resolver(definitions, site);
  const pause = inSlices();
  let findings = new Findings();
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    findings = new Findings();
    const checker = checkerOf(definitions, knowledge, resolve);
    const rules = profiles.flatMap((canonical): readonly Rule[] => {
      const tree = knowledge.profile(canonical, '');
      if (tree === undefined) return [];
      if (tree?.type === site.type) return [tree.root];
      const shown = canonical.slice(0, 200);
      if (tree === null) {
        findings.add('error', 'not-found', `The profile ${shown} is not known here`, '');
      } else findings.add('error', 'invalid', `The profile ${shown} is one of ${tree.type}`, '');
      return [];
    });
    const steps = checkResource(checker, site, rules, findings);
    while (steps.next().done !== true) await pause();
    if (!(await knowledge.load())) break;
  }
  await evaluate(findings, resource, terminology, invariants);
  const rank = { fatal: 0, error: 0, warning: 1, information: 2 };
  return findings.issues.toSorted((a, b) => rank[a.severity] - rank[b.severity]);
}

function checkerOf(
  definitions: Definitions,
  knowledge: Knowledge,
  resolve: Checker['resolve'],
): Checker {
  const answers = new Map<string, boolean>();
  const checker: Checker = {
    definitions,
    knowledge,
    resolve,
    budget: MAX_ELEMENTS,
    conforms(target, tree) {
      if (tree.type !== target.type && !ABSTRACT.has(tree.type)) return false;
      const key = `${JSON.stringify(target.keys)} ${tree.url}|${tree.version ?? ''}`;
      const known = answers.get(key);
      if (known !== undefined) return known;
      // Resources can refer to each other: a question that is being asked counts as answered.
      answers.set(key, true);
      const conforming = isConforming(checker, target, tree);
      answers.set(key, conforming);
      return conforming;
    },
  };
  return checker;
}

async function evaluate(
  findings: Findings,
  resource: Json,
  terminology: Terminology,
  invariants: Invariants,
): Promise<void> {
  const { jobs } = findings;
  const evaluations = jobs.map(({ expression, base, keys, resource: around, root }) => ({
    expression,
    base,
    keys,
    resource: around,
    root,
  }));
  const valueSets = await setsOf(jobs, terminology);
  const verdicts = await invariants.evaluate({ resource, evaluations, valueSets });
  if (verdicts === undefined) {
    findings.add('error', 'too-costly', 'The invariants took too long to evaluate', '');
    return;
  }
  for (const [index, { key, severity, human, path }] of jobs.entries()) {
    if (verdicts[index] === 'fails') findings.add(severity, 'invariant', `${key}: ${human}`, path);
    else if (verdicts[index] === 'unknown') {
      findings.add('information', 'not-supported', `${key} could not be evaluated`, path);
    }
  }
}

/** The members of the value sets that expressions ask for; those that cannot be listed are left out. */
async function setsOf(
  jobs: readonly InvariantJob[],
  terminology: Terminology,
): Promise<Record<string, readonly string[]>> {
  const wanted = new Map<string, string>();
  for (const { expression, scope } of jobs) {
    for (const [, url = ''] of expression.matchAll(MEMBER_OF)) wanted.set(url, scope);
  }
  const sets: Record<string, readonly string[]> = {};
  for (const [url, scope] of wanted) {
    try {
      const set = await terminology.valueSet(url, scope);
      if (set !== undefined) sets[url] = [...set.members().keys()];
    } catch (error) {
      if (!isFhirError(error) || !error.code.startsWith('TERMINOLOGY_')) throw error;
    }
  }
  return sets;
}
