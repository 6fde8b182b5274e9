import type { CodeableConcept, Coding, Quantity } from '@medplum/fhirtypes';
import type { CompiledSet, Membership } from '../../../terminology/compiled-set.ts';
import type { Findings } from './findings.ts';
import type { Knowledge } from './knowledge.ts';
import type { Rule } from './rule.ts';
import type { Json, Site } from './site.ts';

/**
 * Checks a coded value against the value set of a binding: a required one has to be met, an extensible one should.
 * @see https://hl7.org/fhir/R4/terminologies.html#strength
 */
export function checkBinding(
  knowledge: Knowledge,
  { strength, valueSet }: NonNullable<Rule['binding']>,
  scope: string,
  site: Site,
  findings: Findings,
): void {
  if ((strength !== 'required' && strength !== 'extensible') || site.value === undefined) return;
  const severity = strength === 'required' ? 'error' : 'warning';
  if (site.type === 'CodeableConcept' && codingsOf(site.value).length === 0) {
    if (strength === 'required') {
      findings.add(
        severity,
        'code-invalid',
        `A code of the value set ${valueSet} is required`,
        site.path,
      );
    }
    return;
  }
  const membership = membershipOf(knowledge, valueSet, scope, site);
  if (membership === 'out') {
    findings.add(
      severity,
      'code-invalid',
      `The code is not in the value set ${valueSet}`,
      site.path,
    );
  } else if (membership === 'unknown' && strength === 'required') {
    const text = `The code could not be checked: the value set ${valueSet}, or a code system of it, is not loaded`;
    findings.add('information', 'not-supported', text, site.path);
  }
}

/** Whether a coded value is in a value set; in a CodeableConcept one coding is enough. */
export function membershipOf(
  knowledge: Knowledge,
  valueSet: string,
  scope: string,
  { type, value }: Site,
): Membership {
  const set = knowledge.valueSet(valueSet, scope);
  // Not loaded yet: whatever is said now is asked again.
  if (set === undefined) return 'in';
  if (set === null) return 'unknown';
  if (type === 'CodeableConcept')
    return anyOf(codingsOf(value).map((coding) => codingIn(set, coding)));
  if (type === 'Coding') return codingIn(set, value as Coding);
  if (type === 'Quantity') {
    const { system, code } = value as Quantity;
    return code === undefined ? 'in' : set.member(system, code);
  }
  return typeof value === 'string' ? set.member(undefined, value) : 'in';
}

function codingIn(set: CompiledSet, { system, code }: Coding): Membership {
  if (typeof code !== 'string') return 'out';
  // A coding without a system means a code in no system at all.
  return set.member(typeof system === 'string' ? system : '', code);
}

function codingsOf(value: unknown): readonly Coding[] {
  const { coding } = (value ?? {}) as CodeableConcept;
  return Array.isArray(coding) ? coding : [];
}

function anyOf(memberships: readonly Membership[]): Membership {
  if (memberships.includes('in')) return 'in';
  return memberships.includes('unknown') ? 'unknown' : 'out';
}

/** A code has to be one of its system, and its display one of the code, where the system is loaded. */
export function checkCoding(knowledge: Knowledge, site: Site, findings: Findings): void {
  const { system, code, display } = (site.value ?? {}) as Json;
  if (typeof system !== 'string' || typeof code !== 'string') return;
  const opened = knowledge.codeSystem(system);
  if (!opened) return;
  const concept = opened.find(code);
  if (concept === undefined) {
    if (opened.complete) {
      findings.add(
        'error',
        'code-invalid',
        `The code is not in the code system ${opened.url}`,
        site.path,
      );
    }
    return;
  }
  if (typeof display !== 'string' || concept.display === undefined) return;
  const names = [concept.display, ...concept.designation.map(({ value }) => value)];
  if (!names.some((name) => name.trim().toLowerCase() === display.trim().toLowerCase())) {
    findings.add('warning', 'value', 'The display is not one of the code', site.path);
  }
}
