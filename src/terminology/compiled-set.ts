import type { ValueSetComposeInclude, ValueSetExpansionContains } from '@medplum/fhirtypes';
import { fhirError } from '../outcome/codes.ts';
import type { Concept, OpenCodeSystem } from './code-system.ts';
import { type ConceptFilter, conceptFilter } from './concept-filter.ts';
import { fitsGrammar } from './known-grammars.ts';
import { MAX_EXPANSION } from './limits.ts';
import { beginWork, type Work } from './work.ts';

/** One code of an expansion. */
export interface Member {
  readonly system: string | undefined;
  readonly version: string | undefined;
  readonly code: string;
  readonly display: string | undefined;
  readonly designation: ValueSetExpansionContains['designation'];
  readonly abstract: boolean;
  readonly inactive: boolean;
  readonly concept: Concept | undefined;
}

/** Whether a code is a member; `unknown` where that takes a code system that is not there. */
export type Membership = 'in' | 'out' | 'unknown';

/** A value set with everything that it refers to, loaded: questions are answered at once. */
export interface CompiledSet {
  readonly url: string;
  readonly version: string | undefined;
  /**
   * `system` undefined asks for the code in any system.
   * @param work of the question that this one is part of
   * @throws FhirError `TERMINOLOGY_TOO_COSTLY`
   */
  member(system: string | undefined, code: string, work?: Work): Membership;
  /**
   * All members, by key, in the order of the definition.
   * @param work of the question that this one is part of
   * @throws FhirError `TERMINOLOGY_SYSTEM_UNKNOWN`, `TERMINOLOGY_TOO_COSTLY`
   */
  members(work?: Work): ReadonlyMap<string, Member>;
}

/** What identifies a code in an expansion. */
export function memberKey(system: string | undefined, code: string): string {
  return `${system ?? ''}|${code}`;
}

/** An include or exclude with what it refers to. */
export function compileInclude(
  include: ValueSetComposeInclude,
  system: OpenCodeSystem | undefined,
  sets: readonly CompiledSet[],
): CompiledSet {
  const parts = include.system === undefined ? [] : [systemPart(include, system)];
  return intersection([...parts, ...sets]);
}

/** Members of all. */
function intersection(sets: readonly CompiledSet[]): CompiledSet {
  const [first, ...others] = sets;
  if (first === undefined) return EMPTY;
  if (others.length === 0) return first;
  return {
    url: '',
    version: undefined,
    member: (system, code, work = beginWork()) =>
      allOf(sets.map((set) => set.member(system, code, work))),
    members(work = beginWork()) {
      const rest = others.map((set) => set.members(work));
      return new Map([...first.members(work)].filter(([key]) => rest.every((set) => set.has(key))));
    },
  };
}

/** Members of any of the first that are not members of any of the second. */
export function difference(
  url: string,
  version: string | undefined,
  included: readonly CompiledSet[],
  excluded: readonly CompiledSet[],
): CompiledSet {
  return {
    url,
    version,
    member(system, code, work = beginWork()) {
      const inside = anyOf(included.map((set) => set.member(system, code, work)));
      if (inside === 'out' || excluded.length === 0) return inside;
      const outside = anyOf(excluded.map((set) => set.member(system, code, work)));
      if (outside === 'in') return 'out';
      return inside === 'unknown' || outside === 'unknown' ? 'unknown' : 'in';
    },
    members(work = beginWork()) {
      const all = new Map<string, Member>();
      for (const set of included) {
        for (const [key, member] of set.members(work)) if (!all.has(key)) add(all, key, member);
      }
      for (const set of excluded) for (const key of set.members(work).keys()) all.delete(key);
      return all;
    },
  };
}

const EMPTY: CompiledSet = {
  url: '',
  version: undefined,
  member: () => 'out',
  members: () => new Map(),
};

function systemPart(
  include: ValueSetComposeInclude,
  open: OpenCodeSystem | undefined,
): CompiledSet {
  const system = include.system ?? '';
  const { concept: listed, filter = [], version } = include;
  const filters = open === undefined ? [] : filter.map((it) => conceptFilter(open, it));
  const codes = listed === undefined ? undefined : new Set(listed.map(({ code }) => code));
  return {
    url: system,
    version,
    member(asked, code, work = beginWork()) {
      if (asked !== undefined && asked !== system) return 'out';
      if (codes !== undefined) return codes.has(code) ? 'in' : 'out';
      if (open === undefined) return filter.length > 0 ? 'unknown' : byGrammar(system, code);
      const concept = open.find(code);
      if (concept === undefined) return open.complete ? 'out' : 'unknown';
      return passes(filters, concept, work) ? 'in' : 'out';
    },
    members(work = beginWork()) {
      const all = new Map<string, Member>();
      if (listed !== undefined) {
        work.spend(listed.length);
        for (const it of listed) {
          const concept = open?.find(it.code);
          const own = { display: it.display, designation: it.designation };
          add(all, memberKey(system, it.code), member(system, version, it.code, concept, own));
        }
        return all;
      }
      if (open === undefined) throw notLoaded(system, version);
      if (!open.complete) throw notLoaded(system, version, open.resource.content);
      for (const concept of open.concepts) {
        if (!passes(filters, concept, work)) continue;
        add(
          all,
          memberKey(system, concept.code),
          member(system, version, concept.code, concept, {}),
        );
      }
      return all;
    },
  };
}

function byGrammar(system: string, code: string): Membership {
  const fits = fitsGrammar(system, code);
  return fits === undefined ? 'unknown' : fits ? 'in' : 'out';
}

function passes(filters: readonly ConceptFilter[], concept: Concept, work: Work): boolean {
  work.spend(1 + filters.length);
  return filters.every((filter) => filter(concept, work));
}

function member(
  system: string,
  version: string | undefined,
  code: string,
  concept: Concept | undefined,
  own: Pick<Partial<Member>, 'display' | 'designation'>,
): Member {
  return {
    system,
    version,
    code,
    display: own.display ?? concept?.display,
    designation: own.designation ?? concept?.designation,
    abstract: concept?.abstract ?? false,
    inactive: concept?.inactive ?? false,
    concept,
  };
}

function add(all: Map<string, Member>, key: string, member: Member): void {
  all.set(key, member);
  if (all.size > MAX_EXPANSION) throw fhirError('TERMINOLOGY_TOO_COSTLY', { limit: MAX_EXPANSION });
}

/** The error for a code system whose codes are not here. */
export function notLoaded(system: string, version?: string, content?: string): Error {
  return fhirError('TERMINOLOGY_SYSTEM_UNKNOWN', {
    system: `${system}${version === undefined ? '' : `|${version}`}`.slice(0, 200),
    reason: content === undefined ? 'is not loaded' : `is loaded in part only (${content})`,
  });
}

function allOf(memberships: readonly Membership[]): Membership {
  if (memberships.includes('out')) return 'out';
  return memberships.includes('unknown') ? 'unknown' : 'in';
}

function anyOf(memberships: readonly Membership[]): Membership {
  if (memberships.includes('in')) return 'in';
  return memberships.includes('unknown') ? 'unknown' : 'out';
}
