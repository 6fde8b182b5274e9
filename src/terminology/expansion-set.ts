import type { ValueSet, ValueSetExpansionContains } from '@medplum/fhirtypes';
import { fhirError } from '../outcome/codes.ts';
import { type CompiledSet, type Member, memberKey } from './compiled-set.ts';
import { MAX_EXPANSION } from './limits.ts';

/** A value set that comes with its expansion and without a definition: the expansion is the set. */
export function expansionSet(valueSet: ValueSet): CompiledSet {
  const all = new Map<string, Member>();
  collect(valueSet.expansion?.contains ?? [], all);
  const bare = new Set([...all.values()].map(({ code }) => code));
  return {
    url: valueSet.url ?? '',
    version: valueSet.version,
    member(system, code) {
      if (system === undefined) return bare.has(code) ? 'in' : 'out';
      return all.has(memberKey(system, code)) ? 'in' : 'out';
    },
    members: () => all,
  };
}

function collect(contains: readonly ValueSetExpansionContains[], all: Map<string, Member>): void {
  for (const {
    system,
    version,
    code,
    display,
    designation,
    abstract,
    inactive,
    contains: inner,
  } of contains) {
    if (code !== undefined) {
      all.set(memberKey(system, code), {
        system,
        version,
        code,
        display,
        designation,
        abstract: abstract ?? false,
        inactive: inactive ?? false,
        concept: undefined,
      });
    }
    if (all.size > MAX_EXPANSION) {
      throw fhirError('TERMINOLOGY_TOO_COSTLY', { limit: MAX_EXPANSION });
    }
    collect(inner ?? [], all);
  }
}
